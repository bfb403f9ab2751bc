import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeBody } from './decode-body.ts';

const TEXT = '{"result":"accepted"}';
const LIMIT = 1_000;

async function decode(body: Uint8Array, contentEncoding: string, truncated = false) {
  const decoded = await decodeBody({ body, truncated }, contentEncoding, LIMIT);
  return { text: Buffer.from(decoded.body).toString(), truncated: decoded.truncated };
}

describe('decodeBody', () => {
  it.each([
    ['gzip', gzipSync(TEXT)],
    ['X-GZIP', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['gzip, br', brotliCompressSync(gzipSync(TEXT))],
    ['identity', Buffer.from(TEXT)],
    ['', Buffer.from(TEXT)],
  ])('undoes %s', async (coding, body) => {
    expect(await decode(body, coding)).toEqual({ text: TEXT, truncated: false });
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(50_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(5_000_000))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(50_000_000)))],
  ])('cuts a %s bomb at the limit', async (coding, body) => {
    const { text, truncated } = await decode(body, coding);
    expect(truncated).toBe(true);
    expect(text.length).toBeLessThanOrEqual(LIMIT);
  });

  it('gives what a compressed body holds that was cut', async () => {
    const whole = gzipSync(Buffer.from(Array.from({ length: 900 }, (_, index) => 33 + ((index * index) % 90))));
    const { text, truncated } = await decode(whole.subarray(0, whole.length / 2), 'gzip', true);
    expect(truncated).toBe(true);
    expect(text.length).toBeGreaterThan(0);
  });

  it.each(['gzip', 'br', 'deflate', 'zstd', 'a,b,c,d'])('leaves a body as it is that is not really %s', async (coding) => {
    expect((await decode(Buffer.from(TEXT), coding)).text).toBe(TEXT);
  });
});
