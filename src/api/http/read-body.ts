import { Buffer } from 'node:buffer';
import { TextDecoder } from 'node:util';
import express from 'express';
import type { Request, RequestHandler, Response } from 'express';
import { Problem } from './problem.ts';

/** A request's body as text, with the media type it was declared as (lower case, without parameters; null when none was). */
export interface RawBody {
  mediaType: string | null;
  text: string;
}

/** Turns the text of a body into a value for its schema; throws a `Problem` when it cannot. */
export type BodyReader = (raw: RawBody) => unknown;

/** Reads a body up to `limitBytes`, decompressed and decoded. Over the limit: an error that becomes a 413. */
export async function readBody(request: Request, response: Response, limitBytes: number): Promise<RawBody> {
  const contentType = request.headers['content-type'];
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase() ?? null;
  const bytes = await readBytes(request, response, limitBytes);
  return { mediaType: mediaType === '' ? null : mediaType, text: decode(bytes, charsetOf(contentType)) };
}

async function readBytes(request: Request, response: Response, limitBytes: number): Promise<Uint8Array> {
  const parse: RequestHandler = express.raw({ type: () => true, limit: limitBytes });
  await new Promise<void>((resolve, reject) => {
    void parse(request, response, (error: unknown) => {
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('the body could not be read'));
    });
  });
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : new Uint8Array();
}

function charsetOf(contentType: string | undefined): string {
  return /;\s*charset="?([^\s;"]+)"?/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
}

function decode(bytes: Uint8Array, charset: string): string {
  const decoder = decoderFor(charset);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Problem(400, `The body is not valid ${charset}. Encode it as UTF-8, or name its charset in Content-Type.`);
  }
}

function decoderFor(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    throw new Problem(415, 'The charset in Content-Type is not known. Use UTF-8.');
  }
}
