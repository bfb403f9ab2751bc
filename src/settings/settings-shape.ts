/** `embedded`: whatever is not set runs inside. `parts`: the API or a worker on its own. */
export type Mode = 'embedded' | 'parts';

/** The settings, typed; null where nothing was set and the embedded system makes or runs its own. Holds secrets: never log it whole. */
export interface Settings {
  host: string;
  /** 0: any free port. */
  port: number;
  /** Of a worker on its own, for health and metrics. 0: any free port. */
  workerPort: number;
  /** Without a slash at its end. */
  publicUrl: string | null;
  /** Absolute. */
  dataDir: string;
  adminKey: string | null;
  /** Base64 of 32 bytes each; the first encrypts, the others only decrypt. */
  encryptionKeys: string[] | null;
  configFile: string | null;
  /** The sender of email destinations without one of their own. */
  emailFrom: string | null;
  /** For email destinations without a key of their own. */
  resendApiKey: string | null;
  /** By which callbacks of Resend are signed. */
  resendWebhookSecret: string | null;
  /** For SMS destinations without an account of their own. */
  twilio: { accountSid: string; authToken: string } | null;
  /** CIDRs of private networks that deliveries may reach. */
  allowedNetworks: string[];
  /** Without a slash at its end. */
  temporalUiUrl: string | null;
  databaseUrl: string | null;
  temporal: TemporalSettings;
  /** Path of the Temporal CLI. */
  temporalCli: string | null;
  /** The value of PATH, where the Temporal CLI is looked for. */
  searchPath: string;
  logLevel: LogLevel;
  /** null: tracing is off. */
  tracing: TracingSettings | null;
  shutdownGraceMs: number;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Where traces go. What else OpenTelemetry can be told it reads from its own variables. */
export interface TracingSettings {
  /** Full URL of the collector's traces. */
  tracesUrl: string;
  /** As set; null: the part's own name. */
  serviceName: string | null;
}

export interface TemporalSettings {
  /** `host:port`. */
  address: string | null;
  namespace: string;
  apiKey: string | null;
  /** null: TLS only with an API key. */
  tls: TlsSettings | null;
}

/** PEM files, or the PEM itself as `…Data`. */
export interface TlsSettings {
  clientCertPath: string | null;
  clientCertData: string | null;
  clientKeyPath: string | null;
  clientKeyData: string | null;
  serverCaCertPath: string | null;
  serverCaCertData: string | null;
  serverName: string | null;
}

/** What the parts on their own cannot do without. */
export type PartsSettings = Settings & {
  databaseUrl: string;
  encryptionKeys: string[];
  temporal: TemporalSettings & { address: string };
};

export interface SettingsMistake {
  variable: string;
  /** What is wrong and what to do; never a secret's value. */
  message: string;
}

export type SettingsResult<S> =
  | { ok: true; settings: S; warnings: string[] }
  /** All mistakes at once. */
  | { ok: false; mistakes: SettingsMistake[]; warnings: string[] };
