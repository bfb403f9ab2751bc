import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../egress/tcp-server.test-support.ts';

/** What the stand-in does with the next call that creates a message. */
export type Behaviour =
  | 'answer'
  /** Takes the message, and the caller never learns of it. */
  | 'take-and-cut'
  | 'take-and-hang'
  | 'take-and-fail'
  /** Does not take it, and says nothing useful. */
  | 'drop-and-cut'
  | 'drop-and-fail'
  | { status: number; code: number };

export interface StoredMessage {
  sid: string;
  to: string;
  from: string;
  body: string;
  status: string;
  date_created: string;
  messaging_service_sid: string | null;
  error_code: number | null;
}

/** Twilio on loopback, with the contract of "Message resource": Basic authentication, a form in, JSON out, a log that can be read. */
export interface TwilioStandIn {
  baseUrl: string;
  messages: StoredMessage[];
  /** Raw bodies of the calls that created messages, or tried to. */
  bodies: string[];
  /** Queries of the calls that read the log. */
  lookUps: URLSearchParams[];
  headers: IncomingMessage['headers'][];
  /** Consumed one a call; `answer` when there are none. */
  behaviours: Behaviour[];
  /** The status that the log is answered with. */
  logStatus: number;
  close(): Promise<void>;
}

export const ACCOUNT_SID = 'AC00000000000000000000000000000001';
export const AUTH_TOKEN = 'made-up-auth-token-1';
export const FROM = '+15125550100';
export const TO = '+15125550142';

export async function startTwilio(): Promise<TwilioStandIn> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => handle(standIn, request, response, Buffer.concat(chunks).toString()));
  });
  const port = await listen(server);
  const standIn: TwilioStandIn = {
    baseUrl: `http://127.0.0.1:${port}`,
    messages: [],
    bodies: [],
    lookUps: [],
    headers: [],
    behaviours: [],
    logStatus: 200,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return standIn;
}

function handle(standIn: TwilioStandIn, request: IncomingMessage, response: ServerResponse, body: string): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', standIn.baseUrl);
  standIn.headers.push(request.headers);
  const json = (status: number, value: unknown) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  const error = (status: number, code: number) => json(status, { code, message: `the number ${TO} is part of this text`, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
  if (request.headers.authorization !== `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString('base64')}`) return void error(401, 20003);
  if (pathname !== `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`) return void error(404, 20404);
  if (request.method === 'GET') {
    standIn.lookUps.push(searchParams);
    if (standIn.logStatus !== 200) return void response.writeHead(standIn.logStatus).end();
    const [to, from] = [searchParams.get('To'), searchParams.get('From')];
    const messages = standIn.messages.filter((message) => (to === null || message.to === to) && (from === null || message.from === from)).reverse();
    return void json(200, { messages, page: 0, page_size: 50, next_page_uri: null });
  }
  standIn.bodies.push(body);
  const behaviour = standIn.behaviours.shift() ?? 'answer';
  if (typeof behaviour === 'object') return void error(behaviour.status, behaviour.code);
  if (behaviour === 'drop-and-cut') return void request.socket.resetAndDestroy();
  if (behaviour === 'drop-and-fail') return void response.writeHead(500).end('oops');
  const form = new URLSearchParams(body);
  const message: StoredMessage = {
    sid: `SM${String(standIn.messages.length + 1).padStart(32, '0')}`,
    to: form.get('To') ?? '',
    from: form.get('From') ?? '+15125550199',
    body: form.get('Body') ?? '',
    status: 'queued',
    date_created: new Date().toUTCString(),
    messaging_service_sid: form.get('MessagingServiceSid'),
    error_code: null,
  };
  standIn.messages.push(message);
  if (behaviour === 'take-and-cut') return void request.socket.resetAndDestroy();
  if (behaviour === 'take-and-hang') return;
  if (behaviour === 'take-and-fail') return void response.writeHead(500).end('oops');
  json(201, { ...message, num_segments: '1', price: null, price_unit: 'USD', error_message: null });
}
