import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../tsconfig.build.json', import.meta.url));

/** What the sources are wrong about is for whoever builds, without a stack of the build. */
export class CompileProblem extends Error {
  override name = 'CompileProblem';
}

/** JavaScript of src, as tsconfig.build.json has it, into `folder`. Rejects with the compiler's words in a `CompileProblem`. */
export function compile(folder: string, { checkTypes }: { checkTypes: boolean }): Promise<void> {
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const options = ['--project', PROJECT, '--outDir', folder, ...(checkTypes ? [] : ['--noCheck'])];
  return new Promise((done, fail) => {
    execFile(process.execPath, [compiler, ...options], { maxBuffer: 16 * 1024 * 1024 }, (error, output) => {
      if (error === null) done();
      else fail(new CompileProblem(`src does not compile; mend what the compiler names and build again:\n${output}`));
    });
  });
}
