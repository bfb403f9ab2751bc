import { expect, it } from 'vitest';
import type { LimitDecision } from '../../domain/intake-limit/decide.ts';
import { rememberRefusals } from './remember-refusals.ts';

const PACE = { intervalMicros: 2_000_000, burst: 1 };

it('asks for a refused source no more until its time has come, unless the limit changed or a lead was given back', async () => {
  let nowMs = 0;
  let decision: LimitDecision = { granted: true };
  const asked: string[] = [];
  const store = { take: (source: string) => Promise.resolve(decision).finally(() => asked.push(source)), giveBack: () => Promise.resolve() };
  const limits = rememberRefusals(store, () => nowMs);
  await limits.take('web', PACE);
  decision = { granted: false, waitMicros: 1_500_000 };
  await limits.take('web', PACE);
  nowMs = 1_000;
  expect(await limits.take('web', PACE)).toEqual({ granted: false, waitMicros: 500_000 });
  expect(asked).toEqual(['web', 'web']);
  await limits.take('partner', PACE);
  await limits.take('web', { ...PACE, burst: 2 });
  expect(asked).toEqual(['web', 'web', 'partner', 'web']);
  await limits.giveBack('web', PACE);
  await limits.take('web', PACE);
  nowMs = 2_500;
  await limits.take('web', PACE);
  expect(asked).toEqual(['web', 'web', 'partner', 'web', 'web', 'web']);
});
