import { pino, type Logger } from 'pino';
import type { Settings } from '../settings/settings.ts';

/** Where credentials could stand in what is logged. Nothing of ours logs them; this is the second lock on that door. */
const NEVER_LOGGED = ['*.authorization', '*.password', '*.token', '*.secret', '*.apiKey', 'headers', '*.headers', 'body', '*.body', 'fields', '*.fields'];

/** Structured logs on standard error, a JSON object a line: ids and codes, no personal data. */
export function createLog({ logLevel }: Pick<Settings, 'logLevel'>): Logger {
  return pino({ level: logLevel, redact: { paths: NEVER_LOGGED, censor: '********' }, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
