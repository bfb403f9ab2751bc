import { SpanStatusCode } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { describe, expect, it } from 'vitest';
import { carefulExporter } from './careful-exporter.ts';

describe('carefulExporter', () => {
  it('tells of failures once a minute, with how many spans were lost', async () => {
    const told: object[] = [];
    let nowMs = 0;
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:4318, sent for Ada'), { code: 'ECONNREFUSED' });
    const stopped = new InMemorySpanExporter();
    await stopped.shutdown();
    const exporter: SpanExporter = { export: (spans, done) => stopped.export(spans, (result) => done({ ...result, error: refused })), shutdown: () => stopped.shutdown() };
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(carefulExporter(exporter, { warn: (facts) => told.push(facts) }, () => nowMs))] });
    const endSpan = () => provider.getTracer('test').startSpan('a span').end();

    endSpan();
    nowMs = 30_000;
    endSpan();
    nowMs = 59_999;
    endSpan();
    expect(told).toEqual([{ spansLost: 1, error: 'Error', code: 'ECONNREFUSED' }]);
    nowMs = 60_000;
    endSpan();
    expect(told.slice(1)).toEqual([{ spansLost: 3, error: 'Error', code: 'ECONNREFUSED' }]);
  });

  it('lets nothing out but what a span may say', () => {
    const exporter = new InMemorySpanExporter();
    const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(carefulExporter(exporter, { warn: () => undefined }, () => 0))] });
    const span = provider.getTracer('test').startSpan('a span', { attributes: { 'url.query': 'name=Ada', temporalWorkflowId: 'lead-7/fan-out' } });
    span.recordException(new Error('Ada is known'));
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'Ada is known' }).end();
    const sent = exporter.getFinishedSpans().map(({ attributes, events, status }) => ({ attributes, events, status }));
    expect(sent).toEqual([{ attributes: { 'leadrail.lead_id': '7', temporalWorkflowId: 'lead-7/fan-out' }, events: [], status: { code: SpanStatusCode.ERROR } }]);
  });
});
