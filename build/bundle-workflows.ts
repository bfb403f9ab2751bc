import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { TRACED_WORKFLOW_BUNDLE, WORKFLOW_BUNDLE, workflowModules } from '../src/worker/workflow-bundle.ts';

export interface WorkflowBundleFile {
  /** Relative to the folder that was built. */
  file: string;
  totalBytes: number;
  /** Without the source map, which the SDK wants inside and keeps out of the sandbox. */
  codeBytes: number;
}

const SOURCE_MAP_MARK = '\n//# sourceMappingURL=';

/** The workflows as a worker from a built tree loads them: once plain, and once with tracing. */
export async function bundleWorkflows(folder: string): Promise<WorkflowBundleFile[]> {
  return [await bundle(folder, WORKFLOW_BUNDLE, { traced: false }), await bundle(folder, TRACED_WORKFLOW_BUNDLE, { traced: true })];
}

async function bundle(folder: string, file: string, tracing: { traced: boolean }): Promise<WorkflowBundleFile> {
  const { code } = await bundleWorkflowCode({
    ...workflowModules(tracing),
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(join(folder, file), code);
  const mark = code.lastIndexOf(SOURCE_MAP_MARK);
  return { file, totalBytes: Buffer.byteLength(code), codeBytes: Buffer.byteLength(mark < 0 ? code : code.slice(0, mark)) };
}
