import { resolve } from 'node:path';
import type { z } from 'zod';
import { environmentMistakes } from './environment-mistakes.ts';
import { environmentSchema } from './environment-schema.ts';
import { tracingSettings, tracingWarnings } from './tracing-settings.ts';
import type { Mode, PartsSettings, Settings, SettingsMistake, SettingsResult, TlsSettings } from './settings-shape.ts';
import { unknownVariables } from './unknown-variables.ts';

export type * from './settings-shape.ts';

/** A shorter admin key is warned of. */
const SAFE_KEY_CHARACTERS = 16;

/** Reads the environment. A blank value counts as unset. */
export function readSettings(environment: NodeJS.ProcessEnv, mode: 'parts'): SettingsResult<PartsSettings>;
export function readSettings(environment: NodeJS.ProcessEnv, mode: 'embedded'): SettingsResult<Settings>;
export function readSettings(environment: NodeJS.ProcessEnv, mode: Mode): SettingsResult<Settings> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const warnings = unknownVariables(Object.keys(given), Object.keys(environmentSchema.shape));
  const parsed = environmentSchema.safeParse(given);
  const mistakes = [
    ...(parsed.success ? [] : parsed.error.issues.map(mistakeOf)),
    ...environmentMistakes(given, mode),
  ];
  if (!parsed.success || mistakes.length > 0) return { ok: false, mistakes, warnings };
  const settings = settingsOf(parsed.data);
  if (settings.adminKey !== null && settings.adminKey.length < SAFE_KEY_CHARACTERS) {
    warnings.push(`LEADRAIL_ADMIN_KEY has fewer than ${SAFE_KEY_CHARACTERS} characters and can be guessed; use a long random one.`);
  }
  warnings.push(...tracingWarnings(parsed.data));
  return { ok: true, settings, warnings };
}

/** The mistakes as text, a line each. */
export function describeMistakes(mistakes: SettingsMistake[]): string {
  return mistakes.map(({ variable, message }) => `${variable}: ${message}`).join('\n');
}

function mistakeOf(issue: z.core.$ZodIssue): SettingsMistake {
  return { variable: String(issue.path[0] ?? ''), message: issue.message };
}

function settingsOf(read: z.infer<typeof environmentSchema>): Settings {
  return {
    host: read.LEADRAIL_HOST,
    port: read.LEADRAIL_PORT,
    workerPort: read.LEADRAIL_WORKER_PORT,
    publicUrl: read.LEADRAIL_PUBLIC_URL ?? null,
    dataDir: resolve(read.LEADRAIL_DATA_DIR),
    adminKey: read.LEADRAIL_ADMIN_KEY ?? null,
    encryptionKeys: read.LEADRAIL_ENCRYPTION_KEY ?? null,
    configFile: read.LEADRAIL_CONFIG ?? null,
    emailFrom: read.LEADRAIL_EMAIL_FROM ?? null,
    resendApiKey: read.RESEND_API_KEY ?? null,
    resendWebhookSecret: read.LEADRAIL_RESEND_WEBHOOK_SECRET ?? null,
    twilio: twilioOf(read),
    allowedNetworks: read.LEADRAIL_ALLOWED_NETWORKS,
    temporalUiUrl: read.LEADRAIL_TEMPORAL_UI_URL ?? null,
    databaseUrl: read.DATABASE_URL ?? null,
    temporal: {
      address: read.TEMPORAL_ADDRESS ?? null,
      namespace: read.TEMPORAL_NAMESPACE,
      apiKey: read.TEMPORAL_API_KEY ?? null,
      tls: tlsOf(read),
    },
    temporalCli: read.LEADRAIL_TEMPORAL_CLI ?? null,
    searchPath: read.PATH,
    logLevel: read.LEADRAIL_LOG_LEVEL,
    tracing: tracingSettings(read),
    shutdownGraceMs: read.LEADRAIL_SHUTDOWN_GRACE,
  };
}

function twilioOf({ TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken }: z.infer<typeof environmentSchema>): Settings['twilio'] {
  return accountSid === undefined || authToken === undefined ? null : { accountSid, authToken };
}

function tlsOf(read: z.infer<typeof environmentSchema>): TlsSettings | null {
  const tls: TlsSettings = {
    clientCertPath: read.TEMPORAL_TLS_CLIENT_CERT_PATH ?? null,
    clientCertData: read.TEMPORAL_TLS_CLIENT_CERT_DATA ?? null,
    clientKeyPath: read.TEMPORAL_TLS_CLIENT_KEY_PATH ?? null,
    clientKeyData: read.TEMPORAL_TLS_CLIENT_KEY_DATA ?? null,
    serverCaCertPath: read.TEMPORAL_TLS_SERVER_CA_CERT_PATH ?? null,
    serverCaCertData: read.TEMPORAL_TLS_SERVER_CA_CERT_DATA ?? null,
    serverName: read.TEMPORAL_TLS_SERVER_NAME ?? null,
  };
  // As with Temporal's own tools: a certificate or a name means TLS, without saying so.
  const wanted = read.TEMPORAL_TLS ?? Object.values(tls).some((value) => value !== null);
  return wanted ? tls : null;
}
