import { z } from 'zod';
import type { DeliveryError, ErrorCode, ErrorKind } from '../../domain/delivery/outcome.ts';
import { readAnswer, type Answer, type RawAnswer } from '../../domain/response/answer.ts';
import { outcomeByStatus } from '../../domain/response/by-status.ts';
import { boundedWords } from '../../domain/response/excerpt.ts';
import type { Reading } from '../../domain/response/read.ts';

const idSchema = z.union([z.string().min(1).max(200), z.number()]).transform(String).optional().catch(undefined);
/** Zapier: "Trigger Zaps from webhooks", the answer of a catch hook. */
const acceptedSchema = z.object({ status: z.string(), id: idSchema, request_id: idSchema });

/** Reads a catch hook's answer. Zapier takes everything or errs: whether the Zap then does its work nobody tells us. Pure. */
export function readZapierAnswer(raw: RawAnswer, now: Date): Reading {
  const answer = readAnswer(raw, undefined);
  if (raw.status >= 200 && raw.status < 300) return readAccepted(answer);
  return { outcome: errorOf(answer, now), captures: {}, problems: [] };
}

function readAccepted({ status, body }: Answer): Reading {
  const parsed = acceptedSchema.safeParse(body.kind === 'json' ? body.value : null);
  if (!parsed.success) {
    const reason = `HTTP ${status}, but this is no answer of a catch hook (status: success). Check \`url\`, and whether a proxy is in between. The lead may have arrived`;
    return { outcome: { outcome: 'error', kind: 'unknown', code: 'unreadable-answer', reason }, captures: {}, problems: [] };
  }
  const { status: word, id, request_id: requestId } = parsed.data;
  if (word !== 'success') {
    const reason = `HTTP ${status} from Zapier, which says “${boundedWords(word) ?? ''}” in the place of success; look for the lead in the Zap’s history, and check that the hook is still the one in \`url\``;
    return { outcome: { outcome: 'error', kind: 'permanent', code: 'rule', reason }, captures: {}, problems: [] };
  }
  return {
    outcome: { outcome: 'success', billable: true, ...(id === undefined ? {} : { recipientId: id }) },
    captures: requestId === undefined ? {} : { requestId },
    problems: [],
  };
}

/** A hook that was turned off is said by a 410, or by a 404 with these words: the one place where Zapier has no code. */
const TURNED_OFF = /unsubscribe/i;

function errorOf(answer: Answer, now: Date): Reading['outcome'] {
  const { status, body } = answer;
  const error = (kind: ErrorKind, code: ErrorCode, advice: string): DeliveryError => ({ outcome: 'error', kind, code, reason: `HTTP ${status} from Zapier: ${advice}` });
  if (status === 410 || (status === 404 && TURNED_OFF.test(body.text))) {
    return error('permanent', 'gone', 'the hook is turned off; have the Zap turned on, or ask for the address of the new one, then resume the destination');
  }
  if (status >= 300 && status < 400) return error('permanent', 'redirect', 'a redirect, which is not followed; check `url` (https, a slash at the end)');
  return outcomeByStatus(answer, undefined, now);
}
