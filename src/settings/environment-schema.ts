import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { durationSchema } from '../domain/config/duration.ts';

/** Messages name no value of a variable that may hold a secret. */
const text = z.string().trim();

const collectorSchema = text.refine((value) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}, 'is no web address; write the address of an OTLP/HTTP collector, like http://localhost:4318');

const portSchema = text.transform((value, context) => {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  if (port <= 65_535) return port;
  context.addIssue({ code: 'custom', message: `"${value}" is no port; write a number from 1 to 65535, or 0 for any free one` });
  return z.NEVER;
});

const httpUrlSchema = text.transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.search === '' && url.hash === '') return value.replace(/\/+$/, '');
  context.addIssue({ code: 'custom', message: 'is no web address; write one like https://leads.example.com, without a query' });
  return z.NEVER;
});

const databaseUrlSchema = text.refine(
  (value) => URL.canParse(value) && /^postgres(ql)?:$/.test(new URL(value).protocol),
  'is no PostgreSQL address; write postgres://user:password@host:5432/database, or leave it unset for the embedded database',
);

const KEY_BYTES = 32;
const encryptionKeysSchema = text.transform((value, context) => {
  const keys = value.split(',').map((key) => key.trim());
  if (keys.every((key) => /^[A-Za-z0-9+/]+={0,2}$/.test(key) && Buffer.from(key, 'base64').length === KEY_BYTES)) return keys;
  context.addIssue({
    code: 'custom',
    message: `must be ${KEY_BYTES} bytes in base64 (openssl rand -base64 ${KEY_BYTES}); while rotating, the new key, a comma, and the old one`,
  });
  return z.NEVER;
});

const networksSchema = text.transform((value, context) => {
  const networks = value.split(/[\s,]+/).filter((network) => network !== '');
  for (const network of networks) {
    if (!ipaddr.isValidCIDR(network)) {
      const single = ipaddr.isValid(network) ? `; for the one address write ${network}/${ipaddr.parse(network).kind() === 'ipv4' ? '32' : '128'}` : '';
      context.addIssue({ code: 'custom', message: `"${network}" is no network; write CIDRs with commas between them, like 10.0.0.0/8, fd00::/8${single}` });
    }
  }
  return networks;
});

const temporalAddressSchema = text.transform((value, context) => {
  const address = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i.exec(value);
  if (address?.[1] !== undefined && Number(address[2] ?? 1) <= 65_535) return `${address[1]}:${address[2] ?? '7233'}`;
  context.addIssue({ code: 'custom', message: `"${value}" is no address; write host:port without a scheme, like temporal.example.com:7233` });
  return z.NEVER;
});

const flagSchema = text.toLowerCase().transform((value, context) => {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  context.addIssue({ code: 'custom', message: `"${value}" is neither true nor false; write one of them` });
  return z.NEVER;
});

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Every variable that Leadrail reads, with its default. Blank ones are taken out before. */
export const environmentSchema = z.object({
  LEADRAIL_HOST: text.regex(/^[\w.:-]+$/, 'is no address to listen on; write one like 127.0.0.1, 0.0.0.0 or ::').default('127.0.0.1'),
  LEADRAIL_PORT: portSchema.default(8_080),
  LEADRAIL_WORKER_PORT: portSchema.default(8_081),
  LEADRAIL_PUBLIC_URL: httpUrlSchema.optional(),
  LEADRAIL_DATA_DIR: text.default('.leadrail'),
  LEADRAIL_ADMIN_KEY: text.regex(/^[\x21-\x7e]+$/, 'may have no spaces and only ASCII characters, for it goes in a header; choose another key').optional(),
  LEADRAIL_ENCRYPTION_KEY: encryptionKeysSchema.optional(),
  LEADRAIL_CONFIG: text.optional(),
  LEADRAIL_ALLOWED_NETWORKS: networksSchema.default([]),
  LEADRAIL_TEMPORAL_UI_URL: httpUrlSchema.optional(),
  LEADRAIL_TEMPORAL_CLI: text.optional(),
  LEADRAIL_LOG_LEVEL: text
    .toLowerCase()
    .pipe(z.enum(LOG_LEVELS, { error: `is no log level; write one of ${LOG_LEVELS.join(', ')}` }))
    .default('info'),
  /** More than the longest timeout of a delivery, so that a stop lets those in flight finish. */
  LEADRAIL_SHUTDOWN_GRACE: text.pipe(durationSchema).default(65_000),
  LEADRAIL_EMAIL_FROM: text.regex(/^[^\r\n]*[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>?$/, 'is no sender; write leads@sender.example, or Leads <leads@sender.example>').optional(),
  RESEND_API_KEY: text.optional(),
  LEADRAIL_RESEND_WEBHOOK_SECRET: text
    .regex(/^whsec_[A-Za-z0-9+/]{16,}={0,2}$/, 'is no signing secret of Resend; copy it from the webhook’s page there: it begins with whsec_')
    .optional(),
  TWILIO_ACCOUNT_SID: text.optional(),
  TWILIO_AUTH_TOKEN: text.optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorSchema.optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collectorSchema.optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: text.optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: text.optional(),
  OTEL_SERVICE_NAME: text.optional(),
  OTEL_TRACES_EXPORTER: text.optional(),
  /** The standard has it that anything but true, in any case, means false. */
  OTEL_SDK_DISABLED: text.optional(),
  DATABASE_URL: databaseUrlSchema.optional(),
  TEMPORAL_ADDRESS: temporalAddressSchema.optional(),
  TEMPORAL_NAMESPACE: text.default('default'),
  TEMPORAL_API_KEY: text.optional(),
  TEMPORAL_TLS: flagSchema.optional(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: text.optional(),
  TEMPORAL_TLS_CLIENT_CERT_DATA: text.optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: text.optional(),
  TEMPORAL_TLS_CLIENT_KEY_DATA: text.optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: text.optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: text.optional(),
  TEMPORAL_TLS_SERVER_NAME: text.optional(),
  PATH: z.string().default(''),
});
