import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { nowMs } from '../clock.ts';
import { doorsSchema, type Behaviour, type Door } from './doors.ts';
import { sinkCommandSchema, type SinkEvent, type SinkMessage } from './sink-message.ts';

/** Every buyer of the benchmark, a port each: does what its door says, and tells the benchmark when requests came. Run by `sink.ts`. */
const bodySchema = z.object({ lead_id: z.string() });
const waiting = new Map<number, () => void>();
let untold: SinkEvent[] = [];
let holding = true;
let requests = 0;

function tell(message: SinkMessage): void {
  process.send?.(message);
}

function note(event: SinkEvent): void {
  // What comes in one turn is told in one message, so that telling costs little.
  if (untold.length === 0) {
    setImmediate(() => {
      const events = untold;
      untold = [];
      tell({ type: 'events', events });
    });
  }
  untold.push(event);
}

async function handle(behaviour: Behaviour, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readText(request);
  const atMs = nowMs();
  const key = request.headers['idempotency-key'];
  const body = bodySchema.safeParse(JSON.parse(text));
  if (typeof key !== 'string' || !body.success) {
    answer(response, 400, { success: false });
    return;
  }
  switch (behaviour) {
    case 'hang':
      break;
    case 'refuse':
      answer(response, 422, { success: false, message: 'not wanted' });
      return;
    case 'hold':
      if (holding) hold(key, atMs, response);
      else answer(response, 200, { success: true });
      break;
    case 'take':
      answer(response, 200, { success: true });
      break;
  }
  note({ event: 'arrived', leadId: body.data.lead_id, key, atMs });
}

function hold(key: string, atMs: number, response: ServerResponse): void {
  requests += 1;
  const request = requests;
  note({ event: 'held', request, key, atMs });
  waiting.set(request, () => answer(response, 200, { success: true }));
  response.once('close', () => {
    waiting.delete(request);
    note({ event: 'letGo', request, how: response.writableFinished ? 'answered' : 'cut', atMs: nowMs() });
  });
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readText(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

async function open({ name, behaviour }: Door): Promise<[string, number]> {
  const server = createServer((request, response) => {
    handle(behaviour, request, response).catch(() => {
      // No JSON, or a connection that broke off: the benchmark sees a delivery that never arrives, and says so.
      if (!response.headersSent) response.writeHead(400);
      response.end();
    });
  });
  // Connections stay open through the pauses of a run.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => void server.listen({ port: 0, host: '127.0.0.1', backlog: 2_048 }, resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error(`door ${name} has no port`);
  return [name, address.port];
}

// A terminal's Ctrl-C reaches this process too; it goes when the benchmark lets it go, or is gone.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit(0));
process.on('message', (raw) => {
  holding = sinkCommandSchema.parse(raw) === 'hold';
  if (!holding) for (const release of waiting.values()) release();
});
const doors = doorsSchema.parse(JSON.parse(process.argv[2] ?? ''));
tell({ type: 'listening', ports: Object.fromEntries(await Promise.all(doors.map(open))) });
