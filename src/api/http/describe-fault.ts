/** What a log may say of an unexpected error. Its message is left out: a database driver's quotes the values of the query. */
export interface FaultDescription {
  name: string;
  code?: string;
  frames: string[];
  cause?: FaultDescription;
}

const FRAMES = 12;
const CAUSES = 3;

/** Name, code and places in the code of an error and its causes, without any message. */
export function describeFault(error: unknown, causes = CAUSES): FaultDescription {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    frames: frames.slice(0, FRAMES).map((line) => line.trim()),
    ...(error.cause !== undefined && causes > 0 ? { cause: describeFault(error.cause, causes - 1) } : {}),
  };
}
