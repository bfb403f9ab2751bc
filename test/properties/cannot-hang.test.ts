import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { FIELD_TYPES } from '../../src/domain/fields/types.ts';
import { regularExpression } from './arbitraries.ts';
import type { LongText, LongTextTask } from './long-text-program.ts';

/** More than any task takes by far, and less than what runs away: that takes hours. */
const GUARD_MS = 60_000;

/** A process of its own: when it runs away it is ended, and the next test has another. */
let program: ChildProcess | null = null;
let sent = 0;
beforeEach(() => {
  program ??= fork(fileURLToPath(new URL('./long-text-program.ts', import.meta.url)), { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
});
afterAll(endProgram);

function endProgram(): void {
  program?.kill('SIGKILL');
  program = null;
}

function ends(task: LongTextTask): Promise<void> {
  const running = program;
  if (running === null) throw new Error('the program was ended by a failure before');
  sent += 1;
  const number = sent;
  return new Promise((resolve, reject) => {
    const settle = (problem: string | null): void => {
      clearTimeout(guard);
      running.removeAllListeners();
      if (problem === null) {
        resolve();
        return;
      }
      endProgram();
      reject(new Error(problem));
    };
    const guard = setTimeout(() => settle(`it goes on for more than ${GUARD_MS} ms`), GUARD_MS);
    running.on('message', (answered) => {
      if (answered === number) settle(null);
    });
    running.once('exit', () => settle('it threw'));
    running.send({ number, task });
  });
}

/** A quarter of a million characters, the most that is kept of an answer, and an end that comes as a surprise. */
const longText: fc.Arbitrary<LongText> = fc.record({
  head: fc.constantFrom('', 'a', '$', '-', '1'),
  unit: fc.constantFrom('a', 'ab', ' ', '1', '1,', '-', '<a>', '"', '[', '&', '.', '😀'),
  times: fc.integer({ min: 50_000, max: 85_000 }).chain((times) => fc.constantFrom(times, 3 * times)),
  tail: fc.constantFrom('', '!', 'x', '\n', ' x'),
});

// A failure is not made smaller: each try of one that hangs takes as long as the guard.
const settings = { endOnFailure: true, numRuns: 12 };

describe('a long text keeps no worker busy for ever', () => {
  it('with any pattern that is accepted', async () => {
    const notorious = fc.constantFrom('(a+)+$', '(a*)*b', '(a|a)*b', '(a|b|ab)*c', '(.*)(.*)(.*)(.*)x', '(?:a?){40}a{40}', '([a-z]+)*\\d', 'a*b|a', '(\\s*\\s*)*x');
    await fc.assert(fc.asyncProperty(fc.oneof(notorious, regularExpression), longText, (pattern, long) => ends({ kind: 'pattern', pattern, long })), settings);
  });

  it('with any transformation', async () => {
    const transform = fc.oneof(
      fc.constantFrom<Extract<LongTextTask, { kind: 'transform' }>['transform'][]>('title', 'trim', 'digits', 'sha256', { number: { decimals: 2 } }, { truncate: 10 }, { split: 'a' }, { replace: { search: 'a', with: 'bb' } }),
      fc.oneof(fc.constantFrom('a*b|a', '(a|b)*c|.', 'a*?$|a', '\\s+$|x'), regularExpression).map((pattern) => ({ replace: { pattern, with: '$&' } })),
    );
    await fc.assert(fc.asyncProperty(transform, longText, (one, long) => ends({ kind: 'transform', transform: one, long })), settings);
  });

  it('as a field of any type', async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(...FIELD_TYPES), longText, (type, long) => ends({ kind: 'field', type, long })), settings);
  });

  it('as a buyer’s answer of any kind', async () => {
    const response = {
      rules: [{ search: '/(a+)+$/', outcome: 'success' }, { equals: 'x', at: '//a', outcome: 'failure' }, { when: 'response.body.matches("(a*)*b")', outcome: 'error' }],
      reason: ['//a', 'a > a', '(a*b|a)', '*'],
    };
    const contentType = fc.constantFrom('application/json', 'text/xml', 'text/html', 'application/x-www-form-urlencoded', 'text/plain', 'image/png');
    await fc.assert(fc.asyncProperty(contentType, longText, (type, long) => ends({ kind: 'answer', contentType: type, response, long })), settings);
  });

  it('and what throws over there is seen here', async () => {
    await expect(ends({ kind: 'answer', contentType: '', response: { as: 'nothing of the kind' }, long: { head: '', unit: '', times: 0, tail: '' } })).rejects.toThrow('it threw');
  });
});
