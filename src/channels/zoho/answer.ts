import { z } from 'zod';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { boundedWords } from '../../domain/response/excerpt.ts';

const idSchema = z.union([z.string(), z.number()]).transform(String);
const detailsSchema = z.object({
  id: idSchema.optional().catch(undefined),
  api_name: z.string().optional().catch(undefined),
  duplicate_record: z.object({ id: idSchema }).optional().catch(undefined),
  errors: z.array(z.object({ code: z.string(), details: z.object({ api_name: z.string() }).optional().catch(undefined) })).optional().catch(undefined),
});
const entrySchema = z.object({
  status: z.string(),
  code: z.string(),
  message: z.string().default(''),
  details: detailsSchema.catch({}).default({}),
});
const bodySchema = z.union([z.object({ data: z.tuple([entrySchema], z.unknown()) }).transform(({ data }) => data[0]), entrySchema]);

/** What Zoho says of the record, or of the whole request (Zoho: "Status codes and errors"). */
export interface ZohoWord {
  isSuccess: boolean;
  /** `SUCCESS`, `MANDATORY_NOT_FOUND` … */
  code: string;
  /** Their words, bounded; may be empty. */
  words: string;
  /** The record, or the one that it is a duplicate of. */
  recordId: string | undefined;
  /** Fields that the error is about, with the code of each where there are several errors. */
  fields: string[];
}

/** Reads the one record of the answer, or the error in its place; null for what Zoho did not write. */
export function readWord(raw: RawAnswer): ZohoWord | null {
  const { body } = readAnswer(raw, undefined);
  const parsed = bodySchema.safeParse(body.kind === 'json' ? body.value : null);
  if (!parsed.success) return null;
  const { status, code, message, details } = parsed.data;
  const inside = (details.errors ?? []).map((error) => [error.code, error.details?.api_name].filter((part) => part !== undefined).join(' '));
  return {
    isSuccess: status === 'success',
    code: code.slice(0, 100),
    words: boundedWords(message) ?? '',
    recordId: details.duplicate_record?.id ?? details.id,
    fields: [...(details.api_name === undefined ? [] : [details.api_name]), ...inside],
  };
}
