import { describe, expect, it } from 'vitest';
import type { Report } from '../../domain/breaker/report.ts';
import { BreakerReporter } from './breaker-reporter.ts';

/** A reporter whose reports are collected; `hold` keeps the one under way from arriving. */
function collecting() {
  const sent: Report[] = [];
  const problems: unknown[] = [];
  let gate: Promise<void> = Promise.resolve();
  let failures = 0;
  const reporter = new BreakerReporter(
    async (_buyer, report) => {
      await gate;
      if (failures > 0) {
        failures -= 1;
        throw new Error('away');
      }
      sent.push(report);
    },
    () => Promise.resolve(),
    (_buyer, error) => problems.push(error),
  );
  const hold = () => {
    let release = () => {};
    gate = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { reporter, sent, problems, hold, failNext: (count: number) => (failures = count) };
}

const error = (atMs: number) => ({ atMs, code: 'http-status' as const, leadId: `lead-${atMs}` });

describe('reporting to a breaker', () => {
  it('says nothing of a healthy buyer', async () => {
    const { reporter, sent } = collecting();
    reporter.answered('acme', 'api', { atMs: 1, taken: true }, null);
    await reporter.close();
    expect(sent).toEqual([]);
  });

  it('sends the first error at once and gathers what comes meanwhile', async () => {
    const { reporter, sent, hold } = collecting();
    const release = hold();
    reporter.error('acme', 'api', error(1), null);
    reporter.error('acme', 'api', error(2), null);
    reporter.error('acme', 'api', error(3), null);
    release();
    await reporter.close();
    expect(sent.map((report) => report.errors.map(({ atMs }) => atMs))).toEqual([[1], [2, 3]]);
  });

  it('counts no lead whose own data was refused, and says when one is taken after it', async () => {
    const { reporter, sent } = collecting();
    expect(reporter.answered('acme', 'api', { atMs: 1, taken: false, isProblem: true }, null)).toBe(false);
    expect(reporter.answered('acme', 'api', { atMs: 2, taken: true }, null)).toBe(true);
    expect(reporter.answered('acme', 'api', { atMs: 3, taken: true }, null)).toBe(false);
    await reporter.close();
    expect(sent.flatMap(({ errors }) => errors)).toEqual([]);
  });

  it('sends one success after errors, and no more', async () => {
    const { reporter, sent } = collecting();
    reporter.error('acme', 'api', error(1), null);
    reporter.answered('acme', 'api', { atMs: 5, taken: true }, null);
    reporter.answered('acme', 'api', { atMs: 6, taken: true }, null);
    await reporter.close();
    expect(sent.map((report) => report.lastSuccessAtMs).filter((at) => at !== null)).toEqual([5]);
  });

  it('takes a refusal neither as an error nor as a success', async () => {
    const { reporter, sent } = collecting();
    reporter.error('acme', 'api', error(1), null);
    reporter.answered('acme', 'api', { atMs: 5, taken: false }, null);
    await reporter.close();
    expect(sent).toHaveLength(1);
    expect(sent[0]?.lastSuccessAtMs).toBeNull();
  });

  it('always sends how a probe ended', async () => {
    const { reporter, sent } = collecting();
    reporter.answered('acme', 'api', { atMs: 5, taken: false }, 3);
    await reporter.close();
    expect(sent[0]?.probe).toEqual({ number: 3, result: 'answered' });
  });

  it('sends a check that passed after failed ones, also when it has to wait, and owes a success for a failed one', async () => {
    const { reporter, sent, failNext } = collecting();
    failNext(1);
    const four = reporter.passedCheck('acme', 'api', 4);
    reporter.error('acme', 'api', { atMs: 7, code: 'health-check', leadId: null, reason: 'HTTP 503' }, null);
    const nine = reporter.passedCheck('acme', 'api', 9);
    expect(await four).toBe(false);
    expect(await nine).toBe(true);
    while (sent.length === 0) await Promise.resolve();
    reporter.answered('acme', 'api', { atMs: 10, taken: true }, null);
    await reporter.close();
    expect(sent).toMatchObject([{ errors: [{ atMs: 7 }], passedCheckAtMs: 9 }, { errors: [], lastSuccessAtMs: 10 }]);
    expect(sent[1]).not.toHaveProperty('passedCheckAtMs');
  });

  it('keeps what could not be sent until it is, in order', async () => {
    const { reporter, sent, problems, failNext } = collecting();
    failNext(2);
    reporter.error('acme', 'api', error(1), null);
    reporter.error('acme', 'api', error(2), null);
    while (sent.length === 0) await Promise.resolve();
    await reporter.close();
    expect(problems).toHaveLength(2);
    expect(sent.flatMap((report) => report.errors.map(({ atMs }) => atMs))).toEqual([1, 2]);
  });
});
