import { z } from 'zod';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { boundedWords } from '../../domain/response/excerpt.ts';

/** HubSpot says that every part may be missing ("Error handling"). */
const text = z.string().optional().catch(undefined);
const errorSchema = z.object({ code: text, context: z.object({ propertyName: z.array(z.string()).optional().catch(undefined) }).optional().catch(undefined) });
const bodySchema = z.object({ category: text, message: text, policyName: text, errors: z.array(errorSchema).optional().catch(undefined) });
/** One of those that a message may hold as JSON. */
const quotedErrorSchema = z.object({ error: z.string(), name: text });

/** What is wrong with one property. */
export interface PropertyError {
  /** `INVALID_EMAIL`, `PROPERTY_DOESNT_EXIST` … */
  code: string;
  property: string | undefined;
}

/** What HubSpot says of an error. */
export interface HubspotError {
  /** `VALIDATION_ERROR`, `CONFLICT` …; empty where the answer has none. */
  category: string;
  /** Their words, bounded; empty where the answer has none. */
  words: string;
  /** Which limit was reached, in upper case; empty where the answer has none. */
  policyName: string;
  properties: PropertyError[];
  /** The contact that is there already: HubSpot has its id in the message alone. */
  existingId: string | undefined;
}

/** Reads an error's body; its parts are empty for whatever is none, such as a gateway's page. */
export function readError(raw: RawAnswer): HubspotError {
  const { body } = readAnswer(raw, undefined);
  const parsed = bodySchema.safeParse(body.kind === 'json' ? body.value : null);
  const { category = '', message = '', policyName = '', errors = [] } = parsed.success ? parsed.data : {};
  const listed = errors.flatMap(({ code, context }) => (code === undefined ? [] : [{ code, property: context?.propertyName?.[0] }]));
  return {
    category,
    words: boundedWords(message) ?? '',
    policyName: policyName.toUpperCase(),
    properties: listed.length > 0 ? listed : quotedErrors(message),
    existingId: /Existing ID:\s*([\w-]{1,60})/i.exec(message)?.[1],
  };
}

/** `Property values were not valid: [{"isValid":false,"error":"INVALID_EMAIL","name":"email",…}]`: where `errors` is missing, the codes are there. */
function quotedErrors(message: string): PropertyError[] {
  const start = message.indexOf('[');
  const parsed = z.array(quotedErrorSchema).safeParse(start < 0 ? null : jsonIn(message.slice(start)));
  return parsed.success ? parsed.data.map(({ error, name }) => ({ code: error, property: name })) : [];
}

function jsonIn(quoted: string): unknown {
  try {
    return JSON.parse(quoted);
  } catch {
    // Words of theirs that have a bracket by chance.
    return null;
  }
}
