import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signatureHeaders } from './signing.ts';

const BASE64_SECRET = Buffer.from('made up signing key, 32 bytes ok').toString('base64');
const body = Buffer.from('{"name":"Zoë 🎉"}');
const deliveryId = '00000000-0000-5000-8000-000000000001';

function signed(...secrets: string[]) {
  return Object.fromEntries(signatureHeaders({ deliveryId, sentAt: new Date(), body }, secrets));
}

describe('signatureHeaders', () => {
  it.each([
    ['whsec_ and base64', `whsec_${BASE64_SECRET}`, new Webhook(BASE64_SECRET)],
    ['base64 alone', BASE64_SECRET, new Webhook(BASE64_SECRET)],
    ['text', 'not base64: ümlaut!', new Webhook(Buffer.from('not base64: ümlaut!'), { format: 'raw' })],
  ])('is verified by the receiver’s library: %s', (_form, secret, receiver) => {
    expect(receiver.verify(body, signed(secret))).toEqual({ name: 'Zoë 🎉' });
  });

  it('carries a signature for each secret while one is replaced', () => {
    const headers = signed('whsec_b2xkIHNlY3JldA==', `whsec_${BASE64_SECRET}`);
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(new Webhook('b2xkIHNlY3JldA==').verify(body, headers)).toBeDefined();
    expect(new Webhook(BASE64_SECRET).verify(body, headers)).toBeDefined();
    expect(() => new Webhook('b3RoZXI=').verify(body, headers)).toThrow();
  });

  it('signs the exact bytes, also where they are no UTF-8, and an empty body', () => {
    const bytes = Buffer.from([0xe9, 0xff]);
    const sentAt = new Date();
    const latin = signatureHeaders({ deliveryId, sentAt, body: bytes }, [BASE64_SECRET]);
    const replaced = signatureHeaders({ deliveryId, sentAt, body: Buffer.from(bytes.toString()) }, [BASE64_SECRET]);
    expect(latin).not.toEqual(replaced);
    const empty = Object.fromEntries(signatureHeaders({ deliveryId, sentAt, body: null }, [BASE64_SECRET]));
    expect(() => new Webhook(BASE64_SECRET).verify('', empty)).not.toThrow();
  });
});
