/** What a log may say of an unexpected error. Its message is left out: a database driver's quotes the values of the query. */
export interface ErrorDescription {
  name: string;
  code?: string;
  frames: string[];
  cause?: ErrorDescription;
}

const FRAMES = 12;
const CAUSES = 3;

/** Name, code and places in the code of an error and its causes, without any message. */
export function describeError(error: unknown, causes = CAUSES): ErrorDescription {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    frames: frames.slice(0, FRAMES).map((line) => line.trim()),
    ...(error.cause !== undefined && causes > 0 ? { cause: describeError(error.cause, causes - 1) } : {}),
  };
}
