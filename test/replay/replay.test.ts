import { readdir, readFile } from 'node:fs/promises';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowModules } from '../../src/worker/workflow-bundle.ts';

const FOLDER = new URL('histories/', import.meta.url);
const files = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith('.json')).sort();

let workflowBundle: WorkflowBundleWithSourceMap;

beforeAll(async () => {
  workflowBundle = await bundleWorkflowCode(workflowModules());
});

describe("today's workflows replay what earlier ones did", () => {
  it('has a history of every workflow type', async () => {
    const types = new Set<string>();
    for (const file of files) {
      const type = /"workflowType":\s*\{\s*"name":\s*"(\w+)"/.exec(await readFile(new URL(file, FOLDER), 'utf8'))?.[1];
      if (type !== undefined) types.add(type);
    }
    expect(types).toEqual(new Set(['buyer', 'failover', 'fanOut', 'lead', 'redelivery', 'releaseHeld', 'sheet', 'worker']));
  });

  it.each(files)('%s', async (file) => {
    const text = await readFile(new URL(file, FOLDER), 'utf8');
    // The first one named is the workflow's own, in the event of its start: ids of children are made of it.
    const workflowId = /"workflowId":\s*"([^"]+)"/.exec(text)?.[1];
    await Worker.runReplayHistory({ workflowBundle }, historyFromJSON(JSON.parse(text)), workflowId);
  });
});
