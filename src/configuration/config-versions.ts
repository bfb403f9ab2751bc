import { parseConfig } from '../domain/config/parse.ts';
import type { Config } from '../domain/config/schema.ts';
import { StoreUnavailable, type ConfigStore } from '../store/store.ts';
import type { DestinationTypes } from './destination-types.ts';

/** One version of the configuration, read. */
export interface LoadedConfig {
  version: number;
  config: Config;
  /** As stored: references in the place of literal credentials. */
  document: unknown;
}

/** A stored configuration that this version of Leadrail does not understand, e.g. after going back to an older one. */
export class ConfigurationUnreadable extends Error {
  override name = 'ConfigurationUnreadable';
}

const FRESH_MS = 250;
const KEPT_VERSIONS = 50;

/**
 * The versions of the configuration as this process knows them. Versions never change, so that only the question which
 * one is the latest goes to the store, at most every 250 ms, and once for all who ask meanwhile.
 */
export class ConfigVersions {
  readonly #store: ConfigStore;
  readonly #types: DestinationTypes;
  readonly #clock: () => Date;
  /** Least recently used first. */
  readonly #loaded = new Map<number, LoadedConfig>();
  readonly #loading = new Map<number, Promise<LoadedConfig | null>>();
  #latest: LoadedConfig | null = null;
  #askedAtMs = -Infinity;
  #asking: Promise<LoadedConfig | null> | null = null;

  constructor(store: ConfigStore, types: DestinationTypes, clock: () => Date) {
    this.#store = store;
    this.#types = types;
    this.#clock = clock;
  }

  /** The latest version, null when none was ever applied. While the store is away, the latest one known. */
  async current(): Promise<LoadedConfig | null> {
    const ageMs = this.#clock().getTime() - this.#askedAtMs;
    // A negative age: the clock was set back.
    if (ageMs >= 0 && ageMs < FRESH_MS) return this.#latest;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(): Promise<LoadedConfig | null> {
    const askedAtMs = this.#clock().getTime();
    try {
      const [newest] = (await this.#store.versions(1, null)).items;
      if (newest && newest.version > (this.#latest?.version ?? 0)) {
        const loaded = await this.at(newest.version);
        if (loaded) this.remember(loaded);
      }
      this.#askedAtMs = askedAtMs;
    } catch (cause) {
      if (!(cause instanceof StoreUnavailable) || !this.#latest) throw cause;
      this.#askedAtMs = askedAtMs;
    }
    return this.#latest;
  }

  /** One version, null when there is no such version. */
  async at(version: number): Promise<LoadedConfig | null> {
    const known = this.#loaded.get(version);
    if (known) {
      this.#loaded.delete(version);
      this.#loaded.set(version, known);
      return known;
    }
    const loading =
      this.#loading.get(version) ??
      this.#load(version).finally(() => {
        this.#loading.delete(version);
      });
    this.#loading.set(version, loading);
    return loading;
  }

  async #load(version: number): Promise<LoadedConfig | null> {
    const record = await this.#store.get(version);
    if (!record) return null;
    const parsed = parseConfig(record.document, this.#types.schemas);
    if (!parsed.ok) {
      const details = parsed.mistakes.map(({ path, message }) => `${path}: ${message}`).join('; ');
      throw new ConfigurationUnreadable(`configuration version ${version} cannot be read by this version of Leadrail; apply it anew, corrected: ${details}`);
    }
    const loaded = { version, config: parsed.config, document: record.document };
    this.#keep(loaded);
    return loaded;
  }

  /** Takes in a version that is known to be stored; it is the latest unless a newer one is known. */
  remember(loaded: LoadedConfig): void {
    this.#keep(loaded);
    if (loaded.version > (this.#latest?.version ?? 0)) this.#latest = loaded;
  }

  #keep(loaded: LoadedConfig): void {
    this.#loaded.set(loaded.version, loaded);
    for (const version of this.#loaded.keys()) {
      if (this.#loaded.size <= KEPT_VERSIONS) break;
      this.#loaded.delete(version);
    }
  }
}
