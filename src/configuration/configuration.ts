import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readDocument } from '../domain/config/document.ts';
import type { ConfigMistake } from '../domain/config/mistake.ts';
import type { Config } from '../domain/config/schema.ts';
import { isMapping } from '../domain/config/strings.ts';
import type { ConfigVersionRecord, Page } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { buyerDocument, relativeToBuyer, routesNaming, withBuyer, withoutBuyer } from './buyer-documents.ts';
import { ConfigVersions } from './config-versions.ts';
import { ConfigWriter, type ApplyOrigin, type ApplyResult } from './config-writer.ts';
import { allDestinationTypes, type DestinationTypes } from './destination-types.ts';
import { maskLiterals } from './literal-credentials.ts';
import { prepareConfig } from './prepare.ts';
import { tryDestination, type TriedDestination } from './try-destination.ts';
import { DestinationResolver, type ResolvedDestination } from './resolve-destination.ts';

export type { ApplyOrigin, ApplyResult } from './config-writer.ts';

/** A version of the configuration in use. */
export interface AppliedConfig {
  version: number;
  config: Config;
}

export type CheckResult = { ok: true; config: Config; warnings: ConfigMistake[] } | { ok: false; mistakes: ConfigMistake[] };

export type DeleteBuyerResult =
  | { ok: true; version: number }
  | { ok: false; problem: 'no-buyer' | 'conflict'; explanation: string }
  | { ok: false; problem: 'named-by-routes'; explanation: string; routes: string[] };

/** A configuration document as it may be read: literal credentials masked. */
export interface MaskedConfig {
  version: number;
  document: unknown;
  appliedAt: string;
  origin: string;
}

export interface ConfigurationDependencies {
  store: Pick<Store, 'configs' | 'secrets' | 'senderDomains'>;
  clock: () => Date;
  /** Every destination type of this version, unless told otherwise. */
  types?: DestinationTypes;
}

/** The configuration: reads it, checks it, stores new versions of it. Rejects with `StoreUnavailable` when it needs the store and cannot reach it. */
export class Configuration {
  readonly #store: Pick<Store, 'configs' | 'secrets'>;
  readonly #types: DestinationTypes;
  readonly #versions: ConfigVersions;
  readonly #resolver: DestinationResolver;
  readonly #listeners = new Set<(applied: AppliedConfig) => void>();
  readonly #writer: ConfigWriter;

  constructor({ store, clock, types = allDestinationTypes }: ConfigurationDependencies) {
    this.#store = store;
    this.#types = types;
    this.#versions = new ConfigVersions(store.configs, types, clock);
    this.#resolver = new DestinationResolver(this.#versions, store.secrets, types, clock);
    this.#writer = new ConfigWriter(store, types, clock, {
      secretsChanged: () => this.#resolver.forget(),
      stored: (loaded) => {
        this.#versions.remember(loaded);
        for (const listener of this.#listeners) listener({ version: loaded.version, config: loaded.config });
      },
    });
  }

  /** The latest version, at most 250 ms behind the store, or null when none was ever applied. The one known while the store is away. */
  current(): Promise<AppliedConfig | null> {
    return this.#versions.current();
  }

  /** One version, or null when there is none of this number. */
  at(version: number): Promise<AppliedConfig | null> {
    return this.#versions.at(version);
  }

  /** What `apply` would say, without storing anything. */
  async check(document: unknown): Promise<CheckResult> {
    const latest = await this.#store.configs.latest();
    const prepared = await this.#writer.judge(prepareConfig(document, latest?.document, this.#types));
    return prepared.ok ? { ok: true, config: prepared.config, warnings: await this.#writer.warningsFor(prepared) } : prepared;
  }

  /** Checks a whole document and stores it as the next version. An unchanged document makes no new version. */
  apply(document: unknown, origin: ApplyOrigin): Promise<ApplyResult> {
    return this.#writer.write(origin, () => document);
  }

  /**
   * Applies a file, JSON or YAML. A file unchanged since it was last applied changes nothing, whatever the API changed since.
   * A file that cannot be read is a mistake with its path.
   */
  async applyFile(path: string): Promise<ApplyResult> {
    const read = await readFile(path).then(
      (bytes) => ({ bytes }),
      (cause: unknown) => ({ cause }),
    );
    if (!('bytes' in read)) {
      const code = read.cause instanceof Error && 'code' in read.cause ? String(read.cause.code) : 'unknown error';
      return { ok: false, problem: 'invalid', mistakes: [{ path, message: `the configuration file cannot be read (${code}); check its place and rights` }] };
    }
    const fileSha256 = createHash('sha256').update(read.bytes).digest('hex');
    const [latest, lastFileSha256] = await Promise.all([this.#store.configs.latest(), this.#store.configs.lastFileSha256()]);
    if (latest && lastFileSha256 === fileSha256) return { ok: true, version: latest.version, changed: false, warnings: [] };
    const document = readDocument(read.bytes.toString('utf8'), path.endsWith('.json') ? 'application/json' : 'auto');
    if (!document.ok) return { ok: false, problem: 'invalid', mistakes: document.mistakes };
    return this.apply(document.document, { by: 'file', fileSha256 });
  }

  /** A version's document as it may be read (the latest one by default), or null when there is none. */
  async masked(version?: number): Promise<MaskedConfig | null> {
    const record = await (version === undefined ? this.#store.configs.latest() : this.#store.configs.get(version));
    if (!record) return null;
    return { version: record.version, document: maskLiterals(record.document), appliedAt: record.appliedAt, origin: record.origin };
  }

  /** Newest first, without documents. */
  versions(limit: number, cursor: string | null): Promise<Page<Omit<ConfigVersionRecord, 'document'>>> {
    return this.#store.configs.versions(limit, cursor);
  }

  /** Calls `listener` after each new version that this process has stored. Returns how to end that. A listener answers for its own faults. */
  onApplied(listener: (applied: AppliedConfig) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** One buyer's document as it may be read, or null when there is no such buyer. */
  async getBuyer(id: string): Promise<{ version: number; buyer: unknown } | null> {
    const latest = await this.masked();
    const buyer = buyerDocument(latest?.document, id);
    return latest && buyer !== undefined ? { version: latest.version, buyer } : null;
  }

  /** Replaces or adds one buyer. Paths of mistakes in the buyer are relative to what was sent. */
  async putBuyer(id: string, buyer: unknown, expectedVersion?: number): Promise<ApplyResult> {
    let place = 0;
    const change = (latest: unknown): unknown => {
      const next = withBuyer(latest, id, buyer);
      place = next.place;
      return next.document;
    };
    const guard = (document: unknown): ConfigMistake[] => {
      if (!isMapping(buyer) || buyerDocument(document, id) !== undefined) return [];
      return [{ path: 'id', message: `must be "${id}", the id in the address, or be left out` }];
    };
    const result = await this.#writer.write(byApi(expectedVersion), change, guard);
    if (result.ok) return { ...result, warnings: relativeToBuyer(result.warnings, place) };
    return { ...result, mistakes: relativeToBuyer(result.mistakes, place) };
  }

  /** Removes a buyer, unless a route names it. */
  async deleteBuyer(id: string, expectedVersion?: number): Promise<DeleteBuyerResult> {
    const latest = await this.#store.configs.latest();
    if (buyerDocument(latest?.document, id) === undefined) return { ok: false, problem: 'no-buyer', explanation: `there is no buyer "${id}"` };
    const routes = routesNaming(latest?.document, id);
    if (routes.length > 0) {
      const explanation = `buyer "${id}" is named by ${routes.length === 1 ? 'route' : 'routes'} ${routes.join(', ')}; take it out of there first`;
      return { ok: false, problem: 'named-by-routes', explanation, routes };
    }
    const result = await this.#writer.write(byApi(expectedVersion), (document) => withoutBuyer(document, id));
    if (result.ok) return { ok: true, version: result.version };
    return { ok: false, problem: 'conflict', explanation: result.mistakes.map(({ message }) => message).join('; ') };
  }

  /** Reads a destination that nobody has saved, for a preview. */
  tryDestination(document: unknown): Promise<TriedDestination> {
    return tryDestination(document, this.#store.secrets, this.#types);
  }

  /**
   * A destination ready to be sent to: secrets resolved, checked by its channel's schema. What is missing is a value, said in words.
   * Secrets are at most a second old; with `isFresh` they are read now.
   */
  resolveDestination(version: number | 'latest', buyer: string, destination: string, { isFresh = false } = {}): Promise<ResolvedDestination> {
    return this.#resolver.resolve(version, buyer, destination, isFresh);
  }

  /** Has every secret read anew: one was set. Other processes find out within a second. */
  forgetSecrets(): void {
    this.#resolver.forget();
  }
}

function byApi(expectedVersion: number | undefined): ApplyOrigin {
  return expectedVersion === undefined ? { by: 'api' } : { by: 'api', expectedVersion };
}
