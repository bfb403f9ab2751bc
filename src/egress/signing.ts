import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export interface Signable {
  /** Goes out as `webhook-id`: the same for every attempt. */
  deliveryId: string;
  /** The moment of this attempt: receivers refuse old ones. */
  sentAt: Date;
  /** The exact bytes of the body. */
  body: Uint8Array | null;
}

/**
 * The headers of a Standard Webhooks signature (standardwebhooks.com, v1): HMAC-SHA256 over `id.timestamp.body`. With several
 * secrets, while one is being replaced, there is a signature for each.
 */
export function signatureHeaders({ deliveryId, sentAt, body }: Signable, secrets: readonly string[]): [name: string, value: string][] {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', signingKey(secret)).update(`${deliveryId}.${timestamp}.`, 'utf8');
    return `v1,${hmac.update(body ?? new Uint8Array()).digest('base64')}`;
  });
  return [
    ['webhook-id', deliveryId],
    ['webhook-timestamp', timestamp],
    ['webhook-signature', signatures.join(' ')],
  ];
}

/**
 * The key that a secret stands for. `whsec_` may stand in front. What is base64 is decoded, as Standard Webhooks has it, also
 * without the prefix; any other text is used as its UTF-8 bytes.
 */
export function signingKey(secret: string): Uint8Array {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  return text !== '' && BASE64.test(text) ? Buffer.from(text, 'base64') : Buffer.from(text, 'utf8');
}
