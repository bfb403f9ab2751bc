import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { TRACED_WORKFLOW_BUNDLE, WORKFLOW_BUNDLE, workflowModules } from '../src/worker/workflow-bundle.ts';

export interface WorkflowBundleFile {
  /** Relative to the folder that was built. */
  file: string;
  totalBytes: number;
  /** Without the source map, which the SDK wants inside and keeps out of the sandbox. */
  codeBytes: number;
}

/** Joins a workflow's spans to the trace of its lead; there once tracing is. */
const TRACING_INTERCEPTORS = fileURLToPath(new URL('../src/tracing/workflow-interceptors.ts', import.meta.url));
const SOURCE_MAP_MARK = '\n//# sourceMappingURL=';

/** The workflows as a worker from a built tree loads them: once plain, and once with tracing where the sources have it. */
export async function bundleWorkflows(folder: string): Promise<WorkflowBundleFile[]> {
  const plain = await bundle(folder, WORKFLOW_BUNDLE, []);
  return existsSync(TRACING_INTERCEPTORS) ? [plain, await bundle(folder, TRACED_WORKFLOW_BUNDLE, [TRACING_INTERCEPTORS])] : [plain];
}

async function bundle(folder: string, file: string, workflowInterceptorModules: string[]): Promise<WorkflowBundleFile> {
  const { code } = await bundleWorkflowCode({
    ...workflowModules(),
    workflowInterceptorModules,
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(join(folder, file), code);
  const mark = code.lastIndexOf(SOURCE_MAP_MARK);
  return { file, totalBytes: Buffer.byteLength(code), codeBytes: Buffer.byteLength(mark < 0 ? code : code.slice(0, mark)) };
}
