import { readDocument } from '../../domain/config/document.ts';
import type { ConfigMistake } from '../../domain/config/mistake.ts';
import { isJson, JSON_TYPE, unsupported, YAML_TYPES } from '../http/media-types.ts';
import { Problem, type ProblemError } from '../http/problem.ts';
import type { BodyReader } from '../http/read-body.ts';

export const YAML_TYPE = 'application/yaml';
export const DOCUMENT_TYPES: readonly string[] = [JSON_TYPE, YAML_TYPE];

/** Reads a document as JSON or YAML, by its content type. Text that is neither is a 400 that says where it breaks. */
export const readDocumentBody: BodyReader = (raw) => {
  const { mediaType, text } = raw;
  if (mediaType === null || !(isJson(mediaType) || YAML_TYPES.includes(mediaType))) throw unsupported(raw, DOCUMENT_TYPES);
  const read = readDocument(text, mediaType);
  if (read.ok) return read.document;
  throw new Problem(400, `The body is not valid ${isJson(mediaType) ? 'JSON' : 'YAML'}.`, { errors: problemErrors(read.mistakes) });
};

/** Mistakes of a configuration as a problem shows them. */
export function problemErrors(mistakes: ConfigMistake[]): ProblemError[] {
  return mistakes.map(({ path, message, suggestion }) => ({ path, message, ...(suggestion === undefined ? {} : { suggestion }) }));
}
