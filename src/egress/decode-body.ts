import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';

/** A body once its content codings are undone. */
export interface DecodedBody {
  body: Uint8Array;
  /** More came, or the compressed data ended early: this is the beginning. */
  truncated: boolean;
}

/** More codings than this on one body are a trick, not an answer. */
const MOST_CODINGS = 3;

/**
 * Undoes the codings of a `content-encoding` header (gzip, deflate, br), never making more than `maxBytes` of it: a bomb is cut.
 * A coding that is not known, or that the body does not really have, is left as it is.
 */
export async function decodeBody(encoded: DecodedBody, contentEncoding: string, maxBytes: number): Promise<DecodedBody> {
  const codings = contentEncoding
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MOST_CODINGS) return encoded;
  let decoded = encoded;
  for (const coding of codings.reverse()) {
    const stream = decoderFor(coding, decoded.body);
    if (stream === null || decoded.body.length === 0) break;
    decoded = await runDecoder(stream, decoded, maxBytes);
  }
  return decoded;
}

// With a flush at the end instead of a strict finish, a body cut at the cap gives what it holds.
const GENTLE = { finishFlush: constants.Z_SYNC_FLUSH };

function decoderFor(coding: string, body: Uint8Array): Transform | null {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(GENTLE);
    case 'deflate':
      // Both zlib's form and the bare one are sent under this name; the low half of zlib's first byte is always 8.
      return ((body[0] ?? 0) & 0x0f) === 8 ? createInflate(GENTLE) : createInflateRaw(GENTLE);
    case 'br':
      return createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH });
    default:
      return null;
  }
}

function runDecoder(stream: Transform, encoded: DecodedBody, maxBytes: number): Promise<DecodedBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (truncated: boolean) => resolve({ body: Buffer.concat(chunks).subarray(0, maxBytes), truncated });
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= maxBytes) return;
      finish(true);
      stream.destroy();
    });
    stream.on('error', () => {
      if (length === 0) resolve(encoded);
      else finish(true);
    });
    stream.on('end', () => finish(encoded.truncated));
    stream.end(encoded.body);
  });
}
