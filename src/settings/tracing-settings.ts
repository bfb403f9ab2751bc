import type { z } from 'zod';
import type { environmentSchema } from './environment-schema.ts';
import type { TracingSettings } from './settings-shape.ts';

type Read = z.infer<typeof environmentSchema>;

/** Where OTLP keeps traces below a collector's address. */
const TRACES_PATH = 'v1/traces';
const SPOKEN_PROTOCOL = 'http/json';
/** What a collector that takes ours over HTTP is usually said to speak: it takes JSON at the same address. */
const TAKES_JSON_TOO = 'http/protobuf';

/** As the standard variables of OpenTelemetry have it: on when a collector is named, and off by OTEL_SDK_DISABLED and OTEL_TRACES_EXPORTER. */
export function tracingSettings(read: Read): TracingSettings | null {
  if (read.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || read.OTEL_TRACES_EXPORTER === 'none') return null;
  const tracesUrl = read.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? below(read.OTEL_EXPORTER_OTLP_ENDPOINT);
  return tracesUrl === null ? null : { tracesUrl, serviceName: read.OTEL_SERVICE_NAME ?? null };
}

/** A collector that is asked for in words we do not speak would get nothing it understands. */
export function tracingWarnings(read: Read): string[] {
  const [variable, protocol] =
    read.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL === undefined
      ? ['OTEL_EXPORTER_OTLP_PROTOCOL', read.OTEL_EXPORTER_OTLP_PROTOCOL]
      : ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', read.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL];
  if (tracingSettings(read) === null || protocol === undefined || protocol === SPOKEN_PROTOCOL || protocol === TAKES_JSON_TOO) return [];
  return [`${variable} is ${protocol}, but traces are sent as ${SPOKEN_PROTOCOL}: name the collector's HTTP port, usually 4318.`];
}

function below(endpoint: string | undefined): string | null {
  return endpoint === undefined ? null : `${endpoint.replace(/\/+$/, '')}/${TRACES_PATH}`;
}
