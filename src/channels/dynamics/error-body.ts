import { z } from 'zod';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { boundedWords } from '../../domain/response/excerpt.ts';

const errorBodySchema = z.object({ error: z.object({ code: z.union([z.string(), z.number()]).transform(String).default(''), message: z.string().default('') }) });

/** What Dataverse says of an error ("Compose HTTP requests and handle errors": `{ error: { code, message } }`). */
export interface DynamicsError {
  /** In lower case, `0x80040333`; empty where the answer has none. */
  code: string;
  /** Their words, bounded; empty where the answer has none. */
  words: string;
}

/** Reads an error's body; both parts are empty for whatever is none, such as a gateway's page. */
export function readError(raw: RawAnswer): DynamicsError {
  const { body } = readAnswer(raw, undefined);
  const parsed = errorBodySchema.safeParse(body.kind === 'json' ? body.value : null);
  if (!parsed.success) return { code: '', words: '' };
  const { code, message } = parsed.data.error;
  return { code: code.trim().toLowerCase(), words: boundedWords(message) ?? '' };
}
