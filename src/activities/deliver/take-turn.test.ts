import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BoundChannel } from '../../channels/bind-channel.ts';
import type { CredentialLimit } from '../../channels/channel.ts';
import { BARE_INSTALLATION } from '../../channels/installation.ts';
import type { AttemptOutcome } from '../../domain/delivery/outcome.ts';
import type { Turn } from '../../domain/credential-limit/reserve.ts';
import type { DestinationCommon } from '../../domain/config/destination.ts';
import { StoreUnavailable } from '../../store/store.ts';
import { withFurtherTurns } from './further-turns.ts';
import { restIfTooFast, takeFurtherTurn, takeTurn } from './take-turn.ts';

const LIMIT: CredentialLimit = { credential: 'key-1', requests: 2, per: 'second', burst: 2 };
const destination: DestinationCommon = { id: 'inbox', type: 'email', required: true, draft: false, timeoutMs: 1_000, retry: { kind: 'schedule', waitsMs: [], jitter: 0 } };

async function take(limit: CredentialLimit | null, turn: Turn, { abort = false } = {}) {
  const asked: unknown[] = [];
  const pauses: number[] = [];
  const control = new AbortController();
  const channel: Pick<BoundChannel, 'type' | 'limit'> = { type: 'email', limit: () => limit };
  const wait = await takeTurn(
    {
      store: {
        credentialLimits: {
          rest: () => Promise.resolve(),
          reserve: (...given) => {
            asked.push(given);
            return Promise.resolve(turn);
          },
        },
      },
      installation: BARE_INSTALLATION,
      pause: (ms) => {
        pauses.push(ms);
        if (abort) control.abort();
        return Promise.resolve();
      },
      random: () => 0.5,
    },
    { channel, destination },
    5_000,
    control.signal,
  );
  return { wait, asked, pauses };
}

describe('taking a turn', () => {
  it('asks nobody where there is no limit', async () => {
    expect(await take(null, { granted: true, waitMicros: 0 })).toEqual({ wait: null, asked: [], pauses: [] });
  });

  it('asks by a digest of type and credential, with the limit’s pace, and goes at once when there is room', async () => {
    const { wait, asked, pauses } = await take(LIMIT, { granted: true, waitMicros: 0 });
    expect([wait, pauses]).toEqual([null, []]);
    expect(asked).toEqual([[expect.stringMatching(/^[0-9a-f]{64}$/), { intervalMicros: 500_000, burst: 2 }, 5_000_000]]);
    expect(JSON.stringify(asked)).not.toContain('key-1');
  });

  it('waits here for a turn that is near', async () => {
    expect(await take(LIMIT, { granted: true, waitMicros: 1_500_001 })).toMatchObject({ wait: null, pauses: [1_501] });
  });

  it('is told when to come back where the line is too long, each at another moment', async () => {
    expect(await take(LIMIT, { granted: false, waitMicros: 400_000 })).toMatchObject({ wait: 400 + 2_500, pauses: [] });
  });

  it('comes back at once elsewhere when the worker has to let go meanwhile', async () => {
    expect(await take(LIMIT, { granted: true, waitMicros: 1_000 }, { abort: true })).toMatchObject({ wait: 1 });
  });
});

describe('the turn of a further request', () => {
  async function takeFurther(reserve: () => Promise<Turn>, patienceMs = 2_000) {
    const pauses: number[] = [];
    const channel: Pick<BoundChannel, 'type' | 'limit'> = { type: 'hubspot', limit: () => LIMIT };
    const pause = (ms: number) => Promise.resolve(void pauses.push(ms));
    await takeFurtherTurn({ store: { credentialLimits: { reserve, rest: () => Promise.reject(new Error('nobody asked it to rest')) } }, installation: BARE_INSTALLATION, pause, random: () => 0 }, { channel, destination }, patienceMs, new AbortController().signal);
    return pauses;
  }

  it.each<[string, Turn, number[]]>([
    ['at once when there is room', { granted: true, waitMicros: 0 }, []],
    ['its own', { granted: true, waitMicros: 1_500_000 }, [1_500]],
    ['none longer than it has time for', { granted: true, waitMicros: 9_000_000 }, [2_000]],
    ['none longer, also where the line is full', { granted: false, waitMicros: 70_000_000 }, [2_000]],
  ])('is waited for: %s', async (_name, turn, pauses) => {
    expect(await takeFurther(() => Promise.resolve(turn))).toEqual(pauses);
  });

  it('is not waited for while the store is away', async () => {
    expect(await takeFurther(() => Promise.reject(new StoreUnavailable('away')))).toEqual([]);
    await expect(takeFurther(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  });

  it('is asked for by each request but the first, and half of its time is for waiting', async () => {
    const asked: number[] = [];
    const http = withFurtherTurns({ exchange: (request) => Promise.resolve({ request, requestWritten: true, result: { kind: 'fault', fault: 'timeout', code: 'x' } }), close: () => Promise.resolve() }, (patienceMs) => Promise.resolve(void asked.push(patienceMs)));
    for (let request = 0; request < 3; request += 1) await http.exchange({ method: 'POST', url: 'https://crm.example', headers: [], body: null }, { timeoutMs: 1_000, signal: new AbortController().signal });
    expect(asked).toEqual([500, 500]);
  });
});

describe('a credential that the other side found too fast', () => {
  const tooFast: AttemptOutcome = { outcome: 'error', kind: 'transient', code: 'rate-limited', reason: 'Too fast.', retryAfterMs: 1_500 };

  async function rests(limit: CredentialLimit | null, outcome: AttemptOutcome) {
    const rested: unknown[] = [];
    const credentialLimits = { reserve: () => Promise.reject(new Error('nobody asks for a turn')), rest: (...given: unknown[]) => Promise.resolve(void rested.push(given)) };
    await restIfTooFast({ store: { credentialLimits }, installation: BARE_INSTALLATION }, { channel: { type: 'email', limit: () => limit }, destination }, outcome);
    return rested;
  }

  it('rests for everybody, as long as it said', async () => {
    const { asked } = await take(LIMIT, { granted: true, waitMicros: 0 });
    const [[digest]] = z.tuple([z.tuple([z.string()]).rest(z.unknown())]).parse(asked);
    expect(await rests(LIMIT, tooFast)).toEqual([[digest, 1_500_000]]);
  });

  it('and does not where nobody limits it, where nothing was said, and for other errors', async () => {
    expect(await rests(null, tooFast)).toEqual([]);
    expect(await rests(LIMIT, { outcome: 'error', kind: 'transient', code: 'rate-limited', reason: 'Too fast.' })).toEqual([]);
    expect(await rests(LIMIT, { ...tooFast, code: 'quota-exhausted' })).toEqual([]);
  });
});
