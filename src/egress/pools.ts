import { createHash } from 'node:crypto';
import { Agent } from 'undici';
import { createConnector, type ConnectorOptions } from './connector.ts';
import type { ConnectionSettings } from './http-client.ts';

/** Sets of pools beyond the direct one; the one unused for longest makes room. */
const MOST_KEPT = 100;

/** undici's pools: a set for each way of connecting, so that nobody's certificate or proxy serves another's request. */
export class Pools {
  readonly #options: ConnectorOptions;
  readonly #connectionsPerOrigin: number;
  readonly #direct: Agent;
  /** Least recently used first. Keyed by a hash: a map's key shows up where memory is looked at. */
  readonly #others = new Map<string, Agent>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: ConnectorOptions, connectionsPerOrigin: number) {
    this.#options = options;
    this.#connectionsPerOrigin = connectionsPerOrigin;
    this.#direct = this.#open({});
  }

  for(settings: ConnectionSettings): Agent {
    if (settings.tls === undefined && settings.proxy === undefined) return this.#direct;
    const { tls, proxy } = settings;
    const key = createHash('sha256').update(JSON.stringify([proxy, tls?.certificate, tls?.key, tls?.passphrase, tls?.authority])).digest('base64');
    const agent = this.#others.get(key) ?? this.#open(settings);
    this.#others.delete(key);
    this.#others.set(key, agent);
    if (this.#others.size > MOST_KEPT) this.#dropOldest();
    return agent;
  }

  /** Closes once requests in flight have ended. */
  async close(): Promise<void> {
    await Promise.all([this.#direct.close(), ...[...this.#others.values()].map((agent) => agent.close()), ...this.#closing]);
  }

  #open(settings: ConnectionSettings): Agent {
    return new Agent({
      connections: this.#connectionsPerOrigin,
      pipelining: 1,
      // Zero switches undici's own coarse timers off: the exchange bounds the whole attempt to the millisecond.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: createConnector({ ...this.#options, ...settings }),
    });
  }

  #dropOldest(): void {
    const [oldest] = this.#others;
    if (!oldest) return;
    const [key, agent] = oldest;
    this.#others.delete(key);
    const closing = agent.close().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }
}
