import { z } from 'zod';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { boundedWords } from '../../domain/response/excerpt.ts';
import { DUPLICATE } from './codes.ts';

const textSchema = z.string().optional().catch(undefined);
/** It becomes part of an address. */
const recordIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/);
const matchSchema = z.object({ record: z.object({ Id: recordIdSchema, attributes: z.object({ type: textSchema }).optional().catch(undefined) }) });
const resultSchema = z
  .object({ matchResults: z.array(z.object({ entityType: textSchema, matchRecords: z.array(matchSchema.nullable().catch(null)).catch([]).default([]) })) })
  .optional()
  .catch(undefined);
const errorSchema = z.object({
  errorCode: z.string(),
  message: z.string().catch('').default(''),
  fields: z.array(z.string()).catch([]).default([]),
  duplicateResult: resultSchema,
  // Their own spelling of it, in answers of the REST API.
  duplicateResut: resultSchema,
});
const bodySchema = z.union([z.array(errorSchema).min(1), errorSchema.transform((error) => [error])]);

/** What Salesforce says of an error. */
export interface SalesforceError {
  /** `REQUIRED_FIELD_MISSING` … */
  code: string;
  /** Their words, bounded; may be empty. */
  words: string;
  fields: string[];
  /** Records that a duplicate rule found, with the object that each is of, where that is said. */
  matches: { recordId: string; object: string | undefined }[];
}

/** Reads an error's body; null for what Salesforce did not write. Of several errors a duplicate comes first: it can be dealt with. */
export function readError(raw: RawAnswer): SalesforceError | null {
  const { body } = readAnswer(raw, undefined);
  const parsed = bodySchema.safeParse(body.kind === 'json' ? body.value : null);
  if (!parsed.success) return null;
  const error = parsed.data.find(({ errorCode }) => errorCode === DUPLICATE) ?? parsed.data[0];
  if (error === undefined) return null;
  const found = (error.duplicateResult ?? error.duplicateResut)?.matchResults ?? [];
  return {
    code: error.errorCode.slice(0, 100),
    words: boundedWords(error.message) ?? '',
    fields: error.fields.slice(0, 20),
    matches: found.flatMap(({ entityType, matchRecords }) => matchRecords.flatMap((match) => (match === null ? [] : [{ recordId: match.record.Id, object: match.record.attributes?.type ?? entityType }]))),
  };
}
