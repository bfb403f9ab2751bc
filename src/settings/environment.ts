/** The environment, the one place that reads it; `--config FILE` on the command line goes before LEADRAIL_CONFIG. */
export function environment(): NodeJS.ProcessEnv {
  const at = process.argv.indexOf('--config');
  const file = at < 0 ? undefined : process.argv[at + 1];
  return file === undefined ? process.env : { ...process.env, LEADRAIL_CONFIG: file };
}
