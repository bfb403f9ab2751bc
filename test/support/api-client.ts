import { z } from 'zod';

const attemptSchema = z.looseObject({
  number: z.number(),
  outcome: z.string().nullable(),
  kind: z.string().nullable(),
  reason: z.string().nullable(),
  nextAttemptAt: z.string().nullable(),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  request: z.looseObject({ method: z.string(), url: z.string(), headers: z.record(z.string(), z.string()), body: z.string().nullable() }).nullable(),
  response: z.looseObject({ status: z.number(), body: z.string() }).nullable(),
});

const deliverySchema = z.looseObject({
  id: z.string(),
  buyer: z.string(),
  destination: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  recipientId: z.string().nullable(),
  attempts: z.array(attemptSchema).default([]),
});

export const leadSchema = z.looseObject({
  id: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  fields: z.record(z.string(), z.unknown()),
  deliveries: z.array(deliverySchema),
  links: z.looseObject({ self: z.string(), temporal: z.string().nullable() }),
});

export type LeadAnswer = z.infer<typeof leadSchema>;

export interface Answer {
  status: number;
  headers: Headers;
  // Tests look into answers of every shape; each looks at what it names.
  body: Record<string, unknown>;
}

/** Leadrail's HTTP API over a real socket, as a client sees it. */
export class ApiClient {
  readonly address: string;
  readonly key: string;

  constructor(address: string, key: string) {
    this.address = address;
    this.key = key;
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.call('POST', path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.call('PUT', path, JSON.stringify(body), { 'content-type': 'application/json' });
  }

  /** Posts a lead and waits for its outcome. */
  async postLead(fields: Record<string, unknown>, query = 'wait=30s', headers: Record<string, string> = {}): Promise<LeadAnswer> {
    const { status, body } = await this.post(`/v1/leads?${query}`, fields, headers);
    if (status !== 200 && status !== 202) throw new Error(`intake answered ${status}: ${JSON.stringify(body)}`);
    return leadSchema.parse(body);
  }

  async lead(id: string): Promise<LeadAnswer> {
    const { status, body } = await this.get(`/v1/leads/${id}`);
    if (status !== 200) throw new Error(`lead ${id}: ${status} ${JSON.stringify(body)}`);
    return leadSchema.parse(body);
  }

  async configure(document: unknown): Promise<void> {
    const { status, body } = await this.put('/v1/config', document);
    if (status !== 200) throw new Error(`configuration refused: ${status} ${JSON.stringify(body)}`);
  }

  async call(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await fetch(`${this.address}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const parsed: unknown = text === '' ? {} : parseJson(text);
    return { status: response.status, headers: response.headers, body: z.record(z.string(), z.unknown()).catch({ text }).parse(parsed) };
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}
