import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.example:4318/' };

describe('settings of tracing', () => {
  it.each([
    [ENDPOINT, { tracesUrl: 'http://collector.example:4318/v1/traces', serviceName: null }],
    [{ ...ENDPOINT, OTEL_SERVICE_NAME: 'leads' }, { tracesUrl: 'http://collector.example:4318/v1/traces', serviceName: 'leads' }],
    [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/own?tenant=1' }, { tracesUrl: 'https://traces.example/own?tenant=1', serviceName: null }],
    [{ ...ENDPOINT, OTEL_SDK_DISABLED: 'True' }, null],
    [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }, null],
    [{ OTEL_SERVICE_NAME: 'leads' }, null],
  ])('%j', (environment, tracing) => {
    expect(readSettings(environment, 'embedded')).toMatchObject({ ok: true, settings: { tracing }, warnings: [] });
  });

  it('takes OpenTelemetry’s own variables without a word, and warns of a protocol that it does not speak', () => {
    const known = { ...ENDPOINT, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' };
    expect(readSettings(known, 'embedded').warnings).toEqual([]);
    expect(readSettings({ ...known, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'embedded').warnings).toEqual([expect.stringContaining('OTEL_EXPORTER_OTLP_PROTOCOL is grpc')]);
  });

  it('refuses a collector that has no web address', () => {
    expect(readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'embedded')).toMatchObject({ ok: false, mistakes: [{ variable: 'OTEL_EXPORTER_OTLP_ENDPOINT' }] });
  });
});
