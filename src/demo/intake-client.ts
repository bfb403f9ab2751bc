import { z } from 'zod';
import type { SampleLead } from './sample-leads.ts';

const deliverySchema = z.object({
  buyer: z.string(),
  destination: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  attempts: z.array(z.unknown()).default([]),
});

const leadSchema = z.object({
  id: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  deliveries: z.array(deliverySchema),
});

/** What the demo reads of a lead: the same answer that any client gets. */
export type LeadView = z.infer<typeof leadSchema>;

const keySchema = z.object({ key: z.string() });

/** The demo's way in: nothing but Leadrail's own HTTP API. */
export class IntakeClient {
  private readonly baseUrl: string;
  private readonly adminKey: string;

  constructor(baseUrl: string, adminKey: string) {
    this.baseUrl = baseUrl;
    this.adminKey = adminKey;
  }

  async putSecret(name: string, value: string): Promise<void> {
    await this.call('PUT', `/v1/secrets/${name}`, this.adminKey, JSON.stringify({ value }));
  }

  async putConfig(yaml: string): Promise<void> {
    await this.call('PUT', '/v1/config', this.adminKey, yaml, { 'content-type': 'application/yaml' });
  }

  async createSourceKey(source: string): Promise<string> {
    return keySchema.parse(await this.call('POST', `/v1/sources/${source}/keys`, this.adminKey, '{}')).key;
  }

  /** Sends one lead and waits for its outcome; the same `idempotencyKey` never sends it twice. */
  async postLead(sourceKey: string, lead: SampleLead, idempotencyKey: string): Promise<LeadView> {
    const headers = { 'idempotency-key': idempotencyKey };
    return leadSchema.parse(await this.call('POST', '/v1/leads?wait=30s', sourceKey, JSON.stringify(lead), headers));
  }

  async lead(id: string): Promise<LeadView> {
    return leadSchema.parse(await this.call('GET', `/v1/leads/${id}`, this.adminKey));
  }

  private async call(method: string, path: string, key: string, body?: string, headers: Record<string, string> = {}): Promise<unknown> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
