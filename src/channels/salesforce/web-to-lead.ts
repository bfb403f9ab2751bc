import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { outcomeByStatus } from '../../domain/response/by-status.ts';
import { boundedWords } from '../../domain/response/excerpt.ts';
import { faultOutcome } from '../../egress/fault-outcome.ts';
import type { SendInput, SendResult } from '../channel.ts';
import type { WebToLeadConfig } from './config.ts';

/** Reads the answer to a form: 200 whatever happened, and a header that names an exception where it was not taken. It never names the record. Pure. */
export function readWebToLeadAnswer(raw: RawAnswer, now: Date): AttemptOutcome {
  const answer = readAnswer(raw, undefined);
  const { status } = raw;
  const processed = answer.headers.get('is-processed') ?? '';
  if (/exception/i.test(processed)) {
    const reason = `Web-to-Lead did not take the form (is-processed: ${boundedWords(processed) ?? ''}): check \`oid\`, that Web-to-Lead is switched on in Setup and has a default lead creator, and the ids and values of the fields that \`map\` names`;
    return { outcome: 'error', kind: 'permanent', code: 'rule', reason };
  }
  const byStatus = outcomeByStatus(answer, undefined, now);
  if (byStatus.outcome !== 'failure') return byStatus;
  const advice = status < 400 ? 'a redirect, which is not followed; check `baseUrl`' : 'they do not take the form; check `baseUrl` and `oid`';
  return { outcome: 'error', kind: 'permanent', code: status < 400 ? 'redirect' : 'rule', reason: `HTTP ${status} from Web-to-Lead: ${advice}` };
}

/** One attempt: the form as a browser sends it. */
export async function sendWebToLead({ config, request, http, signal, now }: SendInput<WebToLeadConfig>): Promise<SendResult> {
  const exchange = await http.exchange(request, { timeoutMs: config.timeoutMs, signal });
  const { result, requestWritten, address } = exchange;
  if (result.kind === 'fault') {
    return { exchange, outcome: faultOutcome(result, requestWritten, { timeoutMs: config.timeoutMs, ...(address === undefined ? {} : { address }) }) };
  }
  return { exchange, outcome: readWebToLeadAnswer(result, now()) };
}

/** A form that may have arrived is not sent again: Web-to-Lead tells no lead from another, and cannot be asked. */
export function leaveInDoubt(): SendResult {
  const reason = 'An attempt before may have arrived, and Web-to-Lead cannot be asked, so the form was not sent again. Look for the lead in Salesforce; if it is not there, redeliver it with edited fields, which makes a new delivery of it';
  return { outcome: { outcome: 'error', kind: 'unknown', code: 'timeout', reason } };
}
