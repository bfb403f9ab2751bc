import { cp, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));

/**
 * Copies what lies in src and is no TypeScript (pages, styles, browser scripts, SQL …) to the same place below `folder`, where
 * the compiled module beside it looks for it by `import.meta.url`. Gives the paths, relative to `folder`.
 */
export async function copyStaticFiles(folder: string): Promise<string[]> {
  const entries = await readdir(SOURCE, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => relative(SOURCE, join(entry.parentPath, entry.name)));
  const wanted = files.filter((file) => !file.endsWith('.ts') && !isForTestsOrDemo(file)).sort();
  await Promise.all(wanted.map((file) => cp(join(SOURCE, file), join(folder, file))));
  return wanted;
}

function isForTestsOrDemo(file: string): boolean {
  const [room, ...rest] = file.split(sep);
  return room === 'demo' || rest.includes('testing');
}
