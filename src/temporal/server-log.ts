import { readFile, rename } from 'node:fs/promises';

const SHOWN_CHARACTERS = 300;

/** Puts the last run's log aside, as `<file>.1`. */
export async function rotateLog(path: string): Promise<void> {
  try {
    await rename(path, `${path}.1`);
  } catch (error) {
    // The first run has none.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

/** True once the server whose output goes to this log has said that it serves. Only its own log tells it from another server on its port. */
export async function saysItServes(path: string): Promise<boolean> {
  return (await readFile(path, 'utf8').catch(() => '')).includes('Temporal Server:');
}

/** True when the server ended because one of its ports was taken; it may say so above a stack trace. */
export async function saysPortWasTaken(path: string): Promise<boolean> {
  return (await readFile(path, 'utf8').catch(() => '')).includes('address already in use');
}

/** The last line, cut, to explain why a server did not start; empty when there is none. */
export async function lastLogLine(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return (text.trimEnd().split('\n').at(-1) ?? '').slice(0, SHOWN_CHARACTERS);
}
