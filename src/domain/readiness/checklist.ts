import { allowedAttempts, type RetryPolicy } from '../delivery/retry.ts';
import { usesField, type Readiness } from './readiness.ts';

/** How the newest test of a destination ended. */
export interface TestResult {
  at: string;
  /** False when the destination was configured otherwise then, or with other secrets. */
  isCurrent: boolean;
  outcome: 'success' | 'failure' | 'error';
  code: string | null;
  /** For a person. */
  reason: string | null;
  /** The answer's status; null when none was read. */
  status: number | null;
  /** Which of the destination's addresses was asked. */
  sentTo: 'production' | 'test';
}

export interface ChecklistInput {
  readiness: Readiness;
  /** Fields that sources require of every lead. */
  requiredFields: string[];
  timeoutMs: number;
  retry: RetryPolicy;
  /** Errors in a row that shut the destination. */
  trips: number;
  test: TestResult | null;
}

export const CHECKS = ['url', 'authentication', 'fields', 'response', 'retries', 'alert', 'test'] as const;

/** One line of the list: what stands, or what to do. */
export interface Check {
  check: (typeof CHECKS)[number];
  done: boolean;
  message: string;
}

const SEND_A_TEST = 'send a test: POST …/test';
/** Only these say that the address is right and the credentials are: a redirect may lead to a login, and a system that is down looks at neither. */
const isTaken = (status: number): boolean => status >= 200 && status < 300;
const addressOf = ({ sentTo }: TestResult): string => (sentTo === 'test' ? 'the test address (`testUrl`)' : 'the address');

/** What stands between a destination and its first lead, in the order in which it is best done. */
export function checklist(input: ChecklistInput): Check[] {
  return [url(input), authentication(input), fields(input), response(input), retries(input), alert(input), tested(input)];
}

function url({ readiness, test }: ChecklistInput): Check {
  if (readiness.readsAnswers === null) return { check: 'url', done: true, message: 'nothing leaves the house' };
  if (test === null) return { check: 'url', done: false, message: `nobody has tried the address yet; ${SEND_A_TEST}` };
  if (test.status === null) return { check: 'url', done: false, message: `the last test got no answer: ${test.reason ?? 'no reason is known'}` };
  if (!test.isCurrent) return { check: 'url', done: false, message: `the address was not tried as it is: the destination, or a secret of it, was changed since the last test; ${SEND_A_TEST}` };
  if (!isTaken(test.status)) return { check: 'url', done: false, message: `${addressOf(test)} answered ${test.status}: ${test.reason ?? 'check the URL'}` };
  const unasked = test.sentTo === 'test' ? '; tests never ask `url`, so look at it once more' : '';
  return { check: 'url', done: true, message: `${addressOf(test)} answered ${test.status} at ${test.at}${unasked}` };
}

function authentication({ readiness, test }: ChecklistInput): Check {
  const check = 'authentication';
  if (readiness.authenticates === null) return { check, done: true, message: 'nobody has to be told who sends' };
  if (!readiness.authenticates) return { check, done: false, message: 'the buyer cannot tell our requests from anybody else’s; set `auth` or `sign`, or have them say that they want none' };
  if (test?.code === 'unauthorized' || test?.code === 'forbidden') return { check, done: false, message: `the last test was turned away: ${test.reason ?? 'check the credentials'}` };
  if (test?.status == null || !test.isCurrent) return { check, done: false, message: `credentials are set and not tried as they are; ${SEND_A_TEST}` };
  if (!isTaken(test.status)) return { check, done: false, message: `${addressOf(test)} answered ${test.status}: no credentials are known to be accepted; ${SEND_A_TEST}` };
  const unknown = test.sentTo === 'test' ? '; whether `url` takes them is not known' : '';
  return { check, done: true, message: `${addressOf(test)} answered ${test.status} to the credentials at ${test.at}${unknown}` };
}

function fields({ readiness: { mapped }, requiredFields }: ChecklistInput): Check {
  const check = 'fields';
  if (mapped === null) return { check, done: true, message: 'every field is sent under its own name' };
  const missing = requiredFields.filter((field) => !usesField(mapped, field));
  if (missing.length > 0) return { check, done: false, message: `every lead has ${missing.join(', ')}, and the mapping uses ${missing.length === 1 ? 'it' : 'them'} nowhere; map ${missing.length === 1 ? 'it' : 'them'}, or be sure that this buyer wants no such thing` };
  return { check, done: true, message: requiredFields.length === 0 ? 'no source requires a field' : `the mapping uses ${requiredFields.join(', ')}` };
}

function response({ readiness: { readsAnswers }, test }: ChecklistInput): Check {
  const check = 'response';
  if (readsAnswers === null) return { check, done: true, message: 'there is no answer to read' };
  if (test?.code === 'unreadable-answer') return { check, done: false, message: `the last test’s answer could not be read: ${test.reason ?? ''}` };
  if (!readsAnswers) return { check, done: false, message: 'the HTTP status alone decides: a buyer who answers 200 with a refusal inside would count as delivered; set `response.rules`, or `response.otherwise` to say that the status is all there is' };
  return { check, done: true, message: 'the configuration says how answers are read; see with POST …/preview and `response`' };
}

function retries({ retry, timeoutMs }: ChecklistInput): Check {
  const attempts = allowedAttempts(retry);
  const tries = attempts === 1 ? 'one attempt and no other' : `${attempts} attempts`;
  return { check: 'retries', done: attempts > 1, message: `${tries}, each given up after ${timeoutMs / 1_000} s${attempts === 1 ? '; a buyer who is away for a second loses the lead: set `retry`' : ''}` };
}

function alert({ trips }: ChecklistInput): Check {
  return {
    check: 'alert',
    done: true,
    message: `an alert is raised at ${trips === 1 ? 'the first error' : `${trips} errors in a row`}, and at once for credentials or access turned away; read them with GET /v1/alerts, or have Prometheus tell you (deploy/)`,
  };
}

function tested({ test }: ChecklistInput): Check {
  const check = 'test';
  if (test === null) return { check, done: false, message: `no test was delivered yet; ${SEND_A_TEST}` };
  if (test.outcome !== 'success') return { check, done: false, message: `the last test, at ${test.at}, was not taken: ${test.reason ?? test.outcome}` };
  if (!test.isCurrent) return { check, done: false, message: `a test was delivered at ${test.at}, and the destination was changed since; ${SEND_A_TEST}` };
  return { check, done: true, message: `a test was delivered at ${test.at}` };
}
