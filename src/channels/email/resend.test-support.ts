import { createServer, type IncomingMessage } from 'node:http';
import { listen } from '../../egress/tcp-server.test-support.ts';
import { emailBodySchema, type EmailBody } from './email-body.ts';

export const API_KEY = 're_made_up_1234567890';
export const SENDER_DOMAIN = 'sender.example';

/** What it answers next, in the place of its own judgement: an error of Resend, or nothing at all after taking the email. */
export type Told = { status: number; name: string; headers?: Record<string, string> } | 'hang-after-sending';

/** An email that was sent. */
export interface SentEmail {
  id: string;
  idempotencyKey: string | undefined;
  email: EmailBody;
  /** As it came. */
  bytes: string;
  headers: Record<string, string | string[] | undefined>;
}

/** A Resend on loopback that keeps the contract of its documentation: keys, verified domains, idempotency, errors. */
export interface ResendStandIn {
  baseUrl: string;
  sent: SentEmail[];
  /** Requests in all. */
  requests: number;
  /** Used up one by one. */
  tell: Told[];
  close(): Promise<void>;
}

interface Given {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

export async function startResend(): Promise<ResendStandIn> {
  const answered = new Map<string, { bytes: string; id: string }>();

  /** What Resend says to a request; what it takes it keeps. */
  function judge(request: IncomingMessage, bytes: string): Given {
    const key = request.headers['idempotency-key'];
    const idempotencyKey = typeof key === 'string' ? key : undefined;
    if (request.headers.authorization === undefined) return error(401, 'missing_api_key');
    if (request.headers.authorization !== `Bearer ${API_KEY}`) return error(403, 'invalid_api_key');
    if (request.headers['user-agent'] === undefined) return error(403, 'security_error');
    if (request.method !== 'POST') return error(405, 'method_not_allowed');
    if (request.url !== '/emails') return error(404, 'not_found');
    const earlier = idempotencyKey === undefined ? undefined : answered.get(idempotencyKey);
    if (earlier !== undefined) return earlier.bytes === bytes ? { status: 200, body: { id: earlier.id } } : error(409, 'invalid_idempotent_request');
    const read = emailBodySchema.safeParse(JSON.parse(bytes));
    if (!read.success) return error(422, 'validation_error');
    if (!read.data.from.replace(/>$/, '').endsWith(`@${SENDER_DOMAIN}`)) return error(403, 'validation_error');
    const id = `email-${standIn.sent.length + 1}`;
    standIn.sent.push({ id, idempotencyKey, email: read.data, bytes, headers: request.headers });
    if (idempotencyKey !== undefined) answered.set(idempotencyKey, { bytes, id });
    return { status: 200, body: { id } };
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      standIn.requests += 1;
      const told = standIn.tell.shift();
      const given = told === undefined || told === 'hang-after-sending' ? judge(request, Buffer.concat(chunks).toString('utf8')) : { ...error(told.status, told.name), headers: told.headers ?? {} };
      if (told !== 'hang-after-sending') response.writeHead(given.status, { 'content-type': 'application/json', ...given.headers }).end(JSON.stringify(given.body));
    });
  });
  const port = await listen(server);
  const standIn: ResendStandIn = {
    baseUrl: `http://127.0.0.1:${port}`,
    sent: [],
    requests: 0,
    tell: [],
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return standIn;
}

function error(status: number, name: string): Given {
  return { status, body: { statusCode: status, name, message: `made-up words for ${name}` } };
}
