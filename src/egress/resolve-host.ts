import { lookup } from 'node:dns/promises';

/** The addresses of a host name, best first. Rejects with the resolver's own error (`ENOTFOUND`, `EAI_AGAIN`). */
export type ResolveHost = (hostname: string) => Promise<string[]>;

/**
 * Asks the system's resolver, once at a time for each name: its lookups share few threads, and one name that hangs must not
 * take them all. Nothing is kept, so that a changed entry works at once.
 */
export function createHostResolver(): ResolveHost {
  const running = new Map<string, Promise<string[]>>();
  return (hostname) => {
    const known = running.get(hostname);
    if (known) return known;
    const started = resolveOnce(hostname).finally(() => running.delete(hostname));
    running.set(hostname, started);
    return started;
  };
}

async function resolveOnce(hostname: string): Promise<string[]> {
  const found = await lookup(hostname, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}
