import { Problem } from './problem.ts';
import type { BodyReader, RawBody } from './read-body.ts';

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
export const YAML_TYPES: readonly string[] = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];

/** True for `application/json` and everything `+json`. */
export function isJson(mediaType: string): boolean {
  return mediaType === JSON_TYPE || /^application\/[a-z0-9.-]+\+json$/.test(mediaType);
}

/** Reads a JSON body; an empty one without a content type counts as `{}`, so that `POST …/pause` needs no body. */
export const readJsonBody: BodyReader = (raw) => {
  if (raw.text.trim() === '' && (raw.mediaType === null || isJson(raw.mediaType))) return {};
  if (raw.mediaType === null || !isJson(raw.mediaType)) throw unsupported(raw, [JSON_TYPE]);
  return parseJson(raw.text);
};

/** Parses JSON text; a 400 says where it breaks, without quoting the text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = error instanceof Error ? /at position \d+/.exec(error.message)?.[0] : undefined;
    throw new Problem(400, `The body is not valid JSON${position === undefined ? '' : `: it breaks ${position}`}. Correct it and send it again.`);
  }
}

/** 415 with what would be taken. */
export function unsupported(raw: RawBody, supported: readonly string[]): Problem {
  const got = raw.mediaType === null ? 'The request has no Content-Type' : `Content-Type ${raw.mediaType.slice(0, 100)} is not taken here`;
  return new Problem(415, `${got}. Use ${supported.join(' or ')}.`);
}
