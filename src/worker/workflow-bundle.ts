import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The workflows as one file, beside the main files of a built tree. `npm run build` writes it. */
export const WORKFLOW_BUNDLE = 'workflow-bundle.js';
/** The same with the interceptors of tracing inside. */
export const TRACED_WORKFLOW_BUNDLE = 'workflow-bundle-traced.js';

/**
 * Where a worker takes its workflows from, as the SDK's worker options say it. Interceptor modules of workflows are named
 * beside `workflowsPath` only; a bundle has them inside.
 */
export type WorkflowSource = { workflowsPath: string; bundlerOptions: { preloadModules: string[] } } | { workflowBundle: { codePath: string } };

/** The workflows' sources and how they are bundled, whoever does it: as the SDK's bundle options say it. */
export interface WorkflowModules {
  workflowsPath: string;
  /** Evaluated once a workflow thread, not once a workflow. */
  preloadModules: string[];
  /** Join a workflow's spans to the trace of its lead; none where tracing is off. */
  workflowInterceptorModules: string[];
}

/**
 * The sources that workflows are bundled from. Their modules are shared by all workflows of a thread, since to evaluate them
 * for each lead is a tenth of that thread's work and memory of its own: a module of theirs, and what it imports, keeps nothing of
 * a workflow. The SDK freezes what they export, and a lint rule refuses a variable beside it.
 */
export function workflowModules({ traced }: { traced: boolean } = { traced: false }, module = import.meta.url): WorkflowModules {
  const pathOf = (source: string) => fileURLToPath(new URL(`../${source}`, module));
  const workflowsPath = pathOf('workflows/index.ts');
  return { workflowsPath, preloadModules: [workflowsPath], workflowInterceptorModules: traced ? [pathOf('tracing/workflow-interceptors.ts')] : [] };
}

/** A built tree is not whole. */
export class WorkflowBundleMissing extends Error {
  override name = 'WorkflowBundleMissing';
}

/**
 * Built JavaScript takes the bundle beside it: a start without webpack, and the very workflows that were tested. From source
 * the SDK bundles at start. Throws `WorkflowBundleMissing`, rather than bundle what the build did not.
 */
export function workflowSource({ traced }: { traced: boolean } = { traced: false }, module = import.meta.url): WorkflowSource {
  if (module.endsWith('.ts')) {
    const { workflowsPath, preloadModules } = workflowModules({ traced }, module);
    return { workflowsPath, bundlerOptions: { preloadModules } };
  }
  const codePath = fileURLToPath(new URL(`../${traced ? TRACED_WORKFLOW_BUNDLE : WORKFLOW_BUNDLE}`, module));
  if (!existsSync(codePath)) throw new WorkflowBundleMissing(`${codePath} is missing. Build again, whole (npm run build), and deploy all of dist.`);
  return { workflowBundle: { codePath } };
}
