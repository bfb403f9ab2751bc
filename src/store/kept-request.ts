import { z } from 'zod';
import type { Encryption } from './encryption.ts';
import type { KeptRequest } from './records.ts';

const headersSchema = z.array(z.tuple([z.string(), z.string()]));

const keptRequestSchema = z.object({
  configVersion: z.int(),
  method: z.string(),
  url: z.string(),
  headers: headersSchema,
  body: z.base64().nullable(),
  masked: z.object({ method: z.string(), url: z.string(), headers: headersSchema, body: z.string().nullable() }),
});

/** What a kept request's sealed text is bound to. */
export function keptRequestPurpose(deliveryId: string): string {
  return `kept-request:${deliveryId}`;
}

/** Seals a rendered request: it holds personal data and perhaps credentials in its URL. */
export function sealKeptRequest(encryption: Encryption, deliveryId: string, request: KeptRequest): string {
  const text = JSON.stringify({ ...request, body: request.body === null ? null : Buffer.from(request.body).toString('base64') });
  return encryption.encrypt(Buffer.from(text, 'utf8'), keptRequestPurpose(deliveryId));
}

/** Opens what `sealKeptRequest` made, byte for byte. */
export function openKeptRequest(encryption: Encryption, deliveryId: string, sealed: string): KeptRequest {
  const { body, ...rest } = keptRequestSchema.parse(JSON.parse(encryption.decrypt(sealed, keptRequestPurpose(deliveryId)).toString('utf8')));
  return { ...rest, body: body === null ? null : new Uint8Array(Buffer.from(body, 'base64')) };
}
