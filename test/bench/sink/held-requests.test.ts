import { describe, expect, it } from 'vitest';
import { HeldRequests } from './held-requests.ts';

describe('held requests', () => {
  it('counts the most that were open at once', () => {
    const requests = new HeldRequests();
    requests.held({ request: 1, key: 'a', atMs: 1 });
    requests.held({ request: 2, key: 'b', atMs: 2 });
    requests.letGo({ request: 1, how: 'answered', atMs: 3 });
    requests.held({ request: 3, key: 'c', atMs: 4 });
    expect(requests).toMatchObject({ openNow: 2, mostOpen: 2, cut: 0 });
    requests.letGo({ request: 2, how: 'answered', atMs: 5 });
    requests.startAnew();
    expect(requests).toMatchObject({ openNow: 1, mostOpen: 1 });
  });

  it('knows when each cut-off delivery came again, by its first request after the cut', () => {
    const requests = new HeldRequests();
    for (const [request, key] of ['a', 'b', 'c'].entries()) requests.held({ request, key, atMs: 10 });
    requests.letGo({ request: 0, how: 'cut', atMs: 20 });
    requests.letGo({ request: 1, how: 'cut', atMs: 20 });
    requests.held({ request: 3, key: 'a', atMs: 30 });
    requests.held({ request: 4, key: 'a', atMs: 40 });
    requests.held({ request: 5, key: 'd', atMs: 40 });
    expect(requests.cut).toBe(2);
    expect(requests.againAt).toEqual([30]);
    requests.held({ request: 6, key: 'b', atMs: 50 });
    expect(requests.againAt).toEqual([30, 50]);
    requests.startAnew();
    expect(requests).toMatchObject({ cut: 0, againAt: [] });
  });
});
