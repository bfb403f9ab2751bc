import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of Leadrail's package.json, from the source tree as from a compiled one. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('Leadrail runs outside its package: no package.json lies above its files. Install it again, whole.');
    folder = parent;
  }
  return folder;
}
