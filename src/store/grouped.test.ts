import { describe, expect, it } from 'vitest';
import { Grouped } from './grouped.ts';
import { StoreUnavailable } from './store.ts';

/** A group call that answers when told, with what it was asked for. */
function underTest(answer: (items: string[]) => Promise<string[]>) {
  const groups: string[][] = [];
  const grouped = new Grouped((items: string[]) => {
    groups.push(items);
    return answer(items);
  });
  return { grouped, groups };
}

const echo = (items: string[]) => Promise.resolve(items.map((item) => item.toUpperCase()));

describe('calls to the database in groups', () => {
  it('takes what comes in one turn together, and what comes meanwhile in the next group', async () => {
    let letGo: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => (letGo = resolve));
    const { grouped, groups } = underTest(async (items) => {
      if (items.includes('a')) await blocked;
      return echo(items);
    });
    const first = [grouped.call('a'), grouped.call('b')];
    await expect.poll(() => groups.length).toBe(1);
    const second = ['c', 'd', 'e'].map((item) => grouped.call(item));
    letGo();
    expect(await Promise.all([...first, ...second])).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(groups).toEqual([['a', 'b'], ['c', 'd', 'e']]);
    expect(await grouped.call('f')).toBe('F');
  });

  it('makes no group longer than the most', async () => {
    const { grouped, groups } = underTest(echo);
    const items = Array.from({ length: 150 }, (_, index) => `i${index}`);
    expect(await Promise.all(items.map((item) => grouped.call(item)))).toEqual(items.map((item) => item.toUpperCase()));
    expect(groups.map(({ length }) => length)).toEqual([64, 64, 22]);
  });

  it('lets only those fail whom the database refuses', async () => {
    const { grouped, groups } = underTest((items) => (items.includes('bad') ? Promise.reject(new Error('refused')) : echo(items)));
    const calls = await Promise.allSettled(['a', 'bad', 'b'].map((item) => grouped.call(item)));
    expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(groups).toEqual([['a', 'bad', 'b'], ['a'], ['bad'], ['b']]);
  });

  it('asks nobody again of a database that is away', async () => {
    const { grouped, groups } = underTest(() => Promise.reject(new StoreUnavailable('away')));
    const calls = await Promise.allSettled(['a', 'b'].map((item) => grouped.call(item)));
    expect(calls.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(groups).toHaveLength(1);
  });
});
