import type { Mode, SettingsMistake } from './settings-shape.ts';

/** What the parts cannot do without, and why. */
const NEEDED_BY_PARTS = {
  DATABASE_URL: 'the API and the workers share one PostgreSQL database; set it to postgres://user:password@host:5432/database',
  TEMPORAL_ADDRESS: 'the API and the workers share one Temporal server; set it to host:port',
  LEADRAIL_ENCRYPTION_KEY: 'the API and the workers must read the same secrets; set it to the same 32 bytes in base64 for all (openssl rand -base64 32)',
};

/** Mistakes that no variable makes alone: what is missing in this mode, and what goes only with another. */
export function environmentMistakes(given: Record<string, string | undefined>, mode: Mode): SettingsMistake[] {
  const mistakes: SettingsMistake[] = [];
  if (mode === 'parts') {
    for (const [variable, reason] of Object.entries(NEEDED_BY_PARTS)) {
      if (given[variable] === undefined) mistakes.push({ variable, message: `is missing: ${reason}. To run everything in one process use npm start.` });
    }
  }
  const has = (part: string): boolean => given[`TEMPORAL_TLS_CLIENT_${part}_PATH`] !== undefined || given[`TEMPORAL_TLS_CLIENT_${part}_DATA`] !== undefined;
  if (has('CERT') && !has('KEY')) mistakes.push({ variable: 'TEMPORAL_TLS_CLIENT_KEY_PATH', message: 'is missing: a client certificate is set; set the file of its key too' });
  if (has('KEY') && !has('CERT')) mistakes.push({ variable: 'TEMPORAL_TLS_CLIENT_CERT_PATH', message: 'is missing: a client key is set; set the file of its certificate too' });
  if (given['TWILIO_ACCOUNT_SID'] !== undefined && given['TWILIO_AUTH_TOKEN'] === undefined) mistakes.push({ variable: 'TWILIO_AUTH_TOKEN', message: 'is missing: TWILIO_ACCOUNT_SID is set; set the token of that account too' });
  if (given['TWILIO_AUTH_TOKEN'] !== undefined && given['TWILIO_ACCOUNT_SID'] === undefined) mistakes.push({ variable: 'TWILIO_ACCOUNT_SID', message: 'is missing: TWILIO_AUTH_TOKEN is set; set the account that it belongs to' });
  if (given['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] !== undefined && !/^(false|0)$/i.test(given['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'].trim())) {
    mistakes.push({
      variable: 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION',
      message: 'is not supported: the server is always verified; unset it, and set TEMPORAL_TLS_SERVER_CA_CERT_PATH or TEMPORAL_TLS_SERVER_NAME',
    });
  }
  return mistakes;
}
