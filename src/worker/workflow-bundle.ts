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
export type WorkflowSource = { workflowsPath: string } | { workflowBundle: { codePath: string } };

/** A built tree is not whole. */
export class WorkflowBundleMissing extends Error {
  override name = 'WorkflowBundleMissing';
}

/**
 * Built JavaScript takes the bundle beside it: a start without webpack, and the very workflows that were tested. From source
 * the SDK bundles at start. Throws `WorkflowBundleMissing`, rather than bundle what the build did not.
 */
export function workflowSource({ traced }: { traced: boolean } = { traced: false }, module = import.meta.url): WorkflowSource {
  if (module.endsWith('.ts')) return { workflowsPath: fileURLToPath(new URL('../workflows/index.ts', module)) };
  const codePath = fileURLToPath(new URL(`../${traced ? TRACED_WORKFLOW_BUNDLE : WORKFLOW_BUNDLE}`, module));
  if (!existsSync(codePath)) throw new WorkflowBundleMissing(`${codePath} is missing. Build again, whole (npm run build), and deploy all of dist.`);
  return { workflowBundle: { codePath } };
}
