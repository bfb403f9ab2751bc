import { mkdir, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { bundleWorkflows, type WorkflowBundleFile } from './bundle-workflows.ts';
import { compile } from './compile.ts';
import { copyStaticFiles } from './static-files.ts';

export interface BuildOptions {
  /** Replaced. What runs from it finds package.json and node_modules in a folder above. */
  folder: string;
  /** False compiles without looking at types: much quicker, for whoever has them checked elsewhere. */
  checkTypes?: boolean;
}

export interface Build {
  /** Absolute. */
  folder: string;
  /** Relative to `folder`. */
  staticFiles: string[];
  bundles: WorkflowBundleFile[];
}

/** Makes what production runs: JavaScript, the files that it reads, and the workflows as one file. A build that fails changes nothing. */
export async function build({ folder, checkTypes = true }: BuildOptions): Promise<Build> {
  const out = resolve(folder);
  const unfinished = `${out}.unfinished-${process.pid}`;
  try {
    await mkdir(unfinished, { recursive: true });
    // One after the other: what goes wrong first is told, and nothing writes on behind it.
    await compile(unfinished, { checkTypes });
    const staticFiles = await copyStaticFiles(unfinished);
    const bundles = await bundleWorkflows(unfinished);
    await rm(out, { recursive: true, force: true });
    await rename(unfinished, out);
    return { folder: out, staticFiles, bundles };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
