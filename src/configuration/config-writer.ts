import { isDeepStrictEqual } from 'node:util';
import type { ConfigMistake } from '../domain/config/mistake.ts';
import type { ConfigVersionRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { LoadedConfig } from './config-versions.ts';
import type { DestinationTypes } from './destination-types.ts';
import { maskLiterals } from './literal-credentials.ts';
import { checkSenderDomains, sentFrom } from './sender-domains.ts';
import { missingSecretWarnings, prepareConfig, type PreparedConfig } from './prepare.ts';

export interface ApplyOrigin {
  by: 'api' | 'file';
  /** SHA-256, hex, of the file's bytes. */
  fileSha256?: string;
  /** The version that the submitted document was made from (0: none yet): when another came since, nothing is applied. */
  expectedVersion?: number;
}

export type ApplyResult =
  /** `changed` is false when the document says what the latest version says: no new version was made. */
  | { ok: true; version: number; changed: boolean; warnings: ConfigMistake[] }
  /** `invalid`: mistakes in what was submitted. `conflict`: the configuration was changed meanwhile. */
  | { ok: false; problem: 'invalid' | 'conflict'; mistakes: ConfigMistake[] };

/** Writers who lose the race against another one begin again, this often. */
const MOST_RACES = 5;

/** What the rest of this process has to hear of a write. */
export interface WriteEvents {
  secretsChanged(): void;
  stored(loaded: LoadedConfig): void;
}

/** Writes versions of the configuration, one after the other, and never over a version that it has not seen. */
export class ConfigWriter {
  readonly #store: Pick<Store, 'configs' | 'secrets' | 'senderDomains'>;
  readonly #types: DestinationTypes;
  readonly #clock: () => Date;
  readonly #events: WriteEvents;
  /** Writes of this process, one after the other. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(store: Pick<Store, 'configs' | 'secrets' | 'senderDomains'>, types: DestinationTypes, clock: () => Date, events: WriteEvents) {
    this.#store = store;
    this.#types = types;
    this.#clock = clock;
    this.#events = events;
  }

  /**
   * Stores what `change` makes of the latest document, after all checks. Changes are made to what a person may read, so that
   * every way in goes through the same masks and checks. `guard` may refuse the changed document.
   */
  write(origin: ApplyOrigin, change: (latest: unknown) => unknown, guard: (document: unknown) => ConfigMistake[] = () => []): Promise<ApplyResult> {
    const written = this.#writing.then(() => this.#writeNow(origin, change, guard));
    // The next write only waits: how this one ends is told to its own caller.
    this.#writing = written.then(
      () => undefined,
      () => undefined,
    );
    return written;
  }

  async #writeNow(origin: ApplyOrigin, change: (latest: unknown) => unknown, guard: (document: unknown) => ConfigMistake[]): Promise<ApplyResult> {
    for (let race = 0; race < MOST_RACES; race += 1) {
      const latest = await this.#store.configs.latest();
      if (origin.expectedVersion !== undefined && origin.expectedVersion !== (latest?.version ?? 0)) return conflict(latest?.version ?? 0);
      const document = change(maskLiterals(latest?.document ?? {}));
      const wrong = guard(document);
      if (wrong.length > 0) return { ok: false, problem: 'invalid', mistakes: wrong };
      const prepared = await this.judge(prepareConfig(document, latest?.document, this.#types));
      if (!prepared.ok) return { ok: false, problem: 'invalid', mistakes: prepared.mistakes };
      const result = await this.#storeVersion(prepared, latest, origin);
      if (result) return result;
    }
    return conflict((await this.#store.configs.latest())?.version ?? 0);
  }

  /** Null when another writer came first. */
  async #storeVersion(prepared: PreparedConfig & { ok: true }, latest: ConfigVersionRecord | null, origin: ApplyOrigin): Promise<ApplyResult | null> {
    const { config, document, literals } = prepared;
    const warnings = await this.warningsFor(prepared);
    const before = await this.#store.secrets.read([...literals.keys()]);
    const changed = [...literals].filter(([name, value]) => before.get(name) !== value);
    // A file that was touched is noted even when it says the same: else it would overwrite, at the next start, what the API changes until then.
    const isNewFile = origin.fileSha256 !== undefined && origin.fileSha256 !== (await this.#store.configs.lastFileSha256());
    if (latest && changed.length === 0 && !isNewFile && isDeepStrictEqual(latest.document, document)) {
      return { ok: true, version: latest.version, changed: false, warnings };
    }
    for (const [name, value] of changed) await this.#store.secrets.put(name, value);
    const added = { document, appliedAt: this.#clock().toISOString(), origin: origin.by, fileSha256: origin.fileSha256 ?? null };
    const record = await this.#store.configs.add(added, latest?.version ?? 0);
    this.#events.secretsChanged();
    if (!record) {
      await this.#putBack(changed, before);
      return null;
    }
    this.#events.stored({ version: record.version, config, document });
    return { ok: true, version: record.version, changed: true, warnings };
  }

  /** Another writer came first: credentials written for a version that never came to be go back, unless the other one wrote them too. */
  async #putBack(written: [name: string, value: string][], before: ReadonlyMap<string, string>): Promise<void> {
    const now = await this.#store.secrets.read(written.map(([name]) => name));
    for (const [name, value] of written) {
      const earlier = before.get(name);
      if (now.get(name) !== value) continue;
      if (earlier === undefined) await this.#store.secrets.delete(name);
      else await this.#store.secrets.put(name, earlier);
    }
  }

  /** Adds what only the store can tell of a configuration: whether emails may come from where it says. */
  async judge(prepared: PreparedConfig): Promise<PreparedConfig> {
    const { senderDomain } = this.#types;
    if (!prepared.ok || senderDomain === undefined) return prepared;
    const sent = sentFrom(prepared.config, senderDomain);
    if (sent.length === 0) return prepared;
    const { mistakes, warnings } = checkSenderDomains(sent, await this.#store.senderDomains.list());
    return mistakes.length > 0 ? { ok: false, mistakes } : { ...prepared, warnings: [...prepared.warnings, ...warnings] };
  }

  /** What a person should know about a configuration that is accepted. */
  async warningsFor(prepared: PreparedConfig & { ok: true }): Promise<ConfigMistake[]> {
    return [...prepared.warnings, ...missingSecretWarnings(prepared.document, await this.#store.secrets.names())];
  }
}

function conflict(version: number): ApplyResult {
  const message = `the configuration was changed meanwhile, it is at version ${version} now; read it again and apply your change to that`;
  return { ok: false, problem: 'conflict', mistakes: [{ path: '', message }] };
}
