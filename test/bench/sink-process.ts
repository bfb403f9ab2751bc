import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { nowMs } from './clock.ts';
import type { Arrival, SinkMessage } from './sink-message.ts';

/** Every buyer of the benchmark: takes what comes, at once, and tells the benchmark when it came. Run by `sink.ts`. */
const bodySchema = z.object({ lead_id: z.string() });
let untold: Arrival[] = [];

function tell(message: SinkMessage): void {
  process.send?.(message);
}

function note(arrival: Arrival): void {
  // What comes in one turn is told in one message, so that telling costs little.
  if (untold.length === 0) {
    setImmediate(() => {
      const arrivals = untold;
      untold = [];
      tell({ type: 'arrivals', arrivals });
    });
  }
  untold.push(arrival);
}

async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await readText(request);
  const atMs = nowMs();
  const key = request.headers['idempotency-key'];
  const body = bodySchema.safeParse(JSON.parse(text));
  if (typeof key !== 'string' || !body.success) {
    response.writeHead(400, { 'content-type': 'application/json' }).end('{"success":false}');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}');
  note({ leadId: body.data.lead_id, key, atMs });
}

async function readText(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8');
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const server = createServer((request, response) => {
  take(request, response).catch(() => {
    // No JSON, or a connection that broke off: the benchmark sees a delivery that never arrives, and says so.
    if (!response.headersSent) response.writeHead(400);
    response.end();
  });
});
// Connections stay open through the pauses of a run.
server.keepAliveTimeout = 120_000;
// A terminal's Ctrl-C reaches this process too; it goes when the benchmark lets it go, or is gone.
process.on('SIGINT', () => undefined);
process.once('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) tell({ type: 'listening', port: address.port });
});
