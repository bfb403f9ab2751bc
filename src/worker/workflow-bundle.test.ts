import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TRACED_WORKFLOW_BUNDLE, WORKFLOW_BUNDLE, WorkflowBundleMissing, workflowSource } from './workflow-bundle.ts';

let tree: string;
let built: string;
beforeEach(async () => {
  tree = await mkdtemp(join(tmpdir(), 'leadrail-tree-'));
  await mkdir(join(tree, 'worker'));
  built = pathToFileURL(join(tree, 'worker', 'workflow-bundle.js')).href;
});
afterEach(() => rm(tree, { recursive: true, force: true }));

describe('workflowSource', () => {
  it('from source is the source, evaluated once a workflow thread', () => {
    const source = workflowSource();
    if (!('workflowsPath' in source)) throw new Error('a bundle was taken');
    expect(existsSync(source.workflowsPath)).toBe(true);
    expect(source.bundlerOptions.preloadModules).toEqual([source.workflowsPath]);
  });

  it('in a built tree is the bundle beside the main files, traced where that is asked for', async () => {
    await writeFile(join(tree, WORKFLOW_BUNDLE), '');
    await writeFile(join(tree, TRACED_WORKFLOW_BUNDLE), '');
    expect(workflowSource({ traced: false }, built)).toEqual({ workflowBundle: { codePath: join(tree, WORKFLOW_BUNDLE) } });
    expect(workflowSource({ traced: true }, built)).toEqual({ workflowBundle: { codePath: join(tree, TRACED_WORKFLOW_BUNDLE) } });
  });

  it('does without no bundle that a built tree should have', async () => {
    await writeFile(join(tree, WORKFLOW_BUNDLE), '');
    expect(() => workflowSource({ traced: true }, built)).toThrow(WorkflowBundleMissing);
  });
});
