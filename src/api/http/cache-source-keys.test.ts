import { describe, expect, it } from 'vitest';
import type { SourceKeyStore } from '../../store/store.ts';
import { cacheSourceKeys } from './cache-source-keys.ts';

/** Keys whose SHA-256 is their own id, and how often somebody asked. */
function keysUnderTest() {
  const rows = new Map<string, string>();
  const clock = { nowMs: 0 };
  const asked: string[] = [];
  const gate = { open: Promise.resolve() };
  const store: SourceKeyStore = {
    add: ({ sha256, source }) => Promise.resolve(void rows.set(sha256, source)),
    sourceOf: async (sha256) => {
      asked.push(sha256);
      const source = rows.get(sha256) ?? null;
      await gate.open;
      return source;
    },
    list: () => Promise.resolve([]),
    delete: (_source, id) => Promise.resolve(rows.delete(id)),
  };
  const add = (id: string) => store.add({ id, source: 'web', sha256: id, prefix: id, createdAt: '' });
  return { store, cached: cacheSourceKeys(store, () => clock.nowMs), add, asked, clock, gate };
}

describe('the memory for source keys', () => {
  it('asks once for a burst, and again when a second has passed', async () => {
    const { cached, add, asked, clock } = keysUnderTest();
    await add('k');
    const burst = await Promise.all(Array.from({ length: 50 }, () => cached.sourceOf('k')));
    expect([new Set(burst), asked.length]).toEqual([new Set(['web']), 1]);
    await cached.sourceOf('k');
    expect(asked).toHaveLength(1);
    clock.nowMs = 1_000;
    await cached.sourceOf('k');
    expect(asked).toHaveLength(2);
  });

  it('gives a deleted key nothing more: at once where it was deleted, within a second elsewhere', async () => {
    const { store, cached, add, clock } = keysUnderTest();
    await add('k');
    await cached.sourceOf('k');
    expect(await cached.delete('web', 'k')).toBe(true);
    expect(await cached.sourceOf('k')).toBeNull();
    await add('k');
    await cached.sourceOf('k');
    await store.delete('web', 'k');
    clock.nowMs += 999;
    expect(await cached.sourceOf('k')).toBeNull();
  });

  it('keeps no answer from before a deletion, and joins none that is old', async () => {
    const { store, cached, add, clock, gate } = keysUnderTest();
    await add('k');
    let open = (): void => undefined;
    gate.open = new Promise((resolve) => (open = resolve));
    const slow = cached.sourceOf('k');
    await cached.delete('web', 'k');
    const after = cached.sourceOf('k');
    await add('k');
    const old = cached.sourceOf('k');
    clock.nowMs += 1_000;
    const fresh = cached.sourceOf('k');
    await store.delete('web', 'k');
    open();
    expect(await Promise.all([slow, after, old, fresh])).toEqual(['web', null, null, 'web']);
  });

  it('remembers no key that is not known, and no more than a thousand', async () => {
    const { cached, add, asked } = keysUnderTest();
    await cached.sourceOf('new');
    await add('new');
    expect(await cached.sourceOf('new')).toBe('web');
    const many = Array.from({ length: 1_000 }, (_, index) => `k${index}`);
    for (const id of many) {
      await add(id);
      await cached.sourceOf(id);
    }
    asked.length = 0;
    for (const id of ['k999', 'k0', 'new']) await cached.sourceOf(id);
    expect(asked).toEqual(['new']);
  });
});
