import { parseArgs } from 'node:util';
import { build, type Build } from './build.ts';
import { CompileProblem } from './compile.ts';

/** `npm run build [-- --out FOLDER]`: makes what production runs, and says what came of it. */
const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } });
try {
  process.stdout.write(`${described(await build({ folder: values.out }))}\n`);
} catch (error) {
  if (!(error instanceof CompileProblem)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function described({ folder, staticFiles, bundles }: Build): string {
  return [
    `Built ${folder}: JavaScript of src, ${staticFiles.length} static files`,
    ...bundles.map(({ file, totalBytes, codeBytes }) => `${file}: ${kilobytes(totalBytes)}, of which code ${kilobytes(codeBytes)}; the rest is its source map`),
  ].join('\n');
}

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1_000)} kB`;
}
