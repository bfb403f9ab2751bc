import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const valueSchema = z.union([
  z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
  z.object({ intValue: z.number() }).transform(({ intValue }) => intValue),
  z.object({ arrayValue: z.object({ values: z.array(z.object({ stringValue: z.string() })) }) }).transform(({ arrayValue }) => arrayValue.values.map(({ stringValue }) => stringValue)),
]);
const attributesSchema = z.array(z.object({ key: z.string(), value: valueSchema })).transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: attributesSchema,
  events: z.array(z.unknown()),
  status: z.object({ code: z.number(), message: z.string().optional() }),
});
const exportSchema = z.object({
  resourceSpans: z.array(z.object({ resource: z.object({ attributes: attributesSchema }), scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) })),
});

export type CollectedSpan = z.infer<typeof spanSchema> & { service: unknown };

/** How OTLP numbers the kinds of spans. */
export const KIND = { internal: 1, server: 2, client: 3 } as const;

/** An OTLP/HTTP collector on loopback. */
export class Collector {
  readonly spans: CollectedSpan[] = [];
  /** Each body as it came. */
  readonly payloads: string[] = [];
  readonly requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  /** Takes requests and never answers. */
  hangs = false;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.requests.push({ path: request.url ?? '', headers: request.headers });
        if (this.hangs) return;
        this.take(Buffer.concat(chunks).toString('utf8'));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
  }

  static async start(): Promise<Collector> {
    const collector = new Collector();
    await new Promise<void>((resolve) => collector.server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  /** As OTEL_EXPORTER_OTLP_ENDPOINT wants it. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private take(payload: string): void {
    this.payloads.push(payload);
    for (const { resource, scopeSpans } of exportSchema.parse(JSON.parse(payload)).resourceSpans) {
      for (const { spans } of scopeSpans) this.spans.push(...spans.map((span) => ({ ...span, service: resource.attributes['service.name'] })));
    }
  }
}
