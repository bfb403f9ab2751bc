import type { DestinationCommon } from '../domain/config/destination.ts';
import { outlineOf } from '../domain/config/outline.ts';
import type { BuyerConfig } from '../domain/config/schema.ts';
import { isReservedSecretName, resolveSecrets, secretNames } from '../domain/config/secret-reference.ts';
import { writePath } from '../domain/config/strings.ts';
import { findBuyer } from '../domain/routing/route.ts';
import type { SecretStore } from '../store/store.ts';
import type { ConfigVersions, LoadedConfig } from './config-versions.ts';
import type { DestinationTypes } from './destination-types.ts';

export type ResolvedDestination =
  | {
      ok: true;
      buyer: BuyerConfig;
      /** With its secrets in it: never to be logged, stored or put into a history. */
      destination: DestinationCommon;
      configVersion: number;
      /** The plain secrets in `destination`, for masking what was sent. */
      secretValues: string[];
      /** What they are stored under, literal credentials included. */
      secretNames: string[];
    }
  /** `secret-missing`: a secret is not stored, or what is stored is not of the form that the destination needs. */
  | { ok: false; problem: 'no-buyer' | 'no-destination' | 'secret-missing'; explanation: string };

/** How long a secret read once is used: short, so that one replaced at night works at once. */
const SECRETS_KEPT_MS = 1_000;
const MOST_KEPT = 1_000;

/** Makes a destination ready to be sent to. Credentials are read for each attempt, at most a second old. */
export class DestinationResolver {
  readonly #versions: ConfigVersions;
  readonly #secrets: SecretStore;
  readonly #types: DestinationTypes;
  readonly #clock: () => Date;
  readonly #kept = new Map<string, { readAtMs: number; resolved: Promise<ResolvedDestination> }>();

  constructor(versions: ConfigVersions, secrets: SecretStore, types: DestinationTypes, clock: () => Date) {
    this.#versions = versions;
    this.#secrets = secrets;
    this.#types = types;
    this.#clock = clock;
  }

  /** Drops what is kept: secrets were changed here. */
  forget(): void {
    this.#kept.clear();
  }

  async resolve(version: number | 'latest', buyer: string, destination: string, isFresh: boolean): Promise<ResolvedDestination> {
    const loaded = await (version === 'latest' ? this.#versions.current() : this.#versions.at(version));
    if (!loaded) {
      const explanation = version === 'latest' ? 'no configuration was applied yet' : `there is no configuration version ${version}`;
      return { ok: false, problem: 'no-buyer', explanation };
    }
    const nowMs = this.#clock().getTime();
    const key = JSON.stringify([loaded.version, buyer, destination]);
    const kept = this.#kept.get(key);
    if (!isFresh && kept && nowMs >= kept.readAtMs && nowMs - kept.readAtMs < SECRETS_KEPT_MS) return kept.resolved;
    if (this.#kept.size >= MOST_KEPT) this.#kept.clear();
    const entry = { readAtMs: nowMs, resolved: this.#read(loaded, buyer, destination) };
    this.#kept.set(key, entry);
    const drop = () => {
      if (this.#kept.get(key) === entry) this.#kept.delete(key);
    };
    // What failed is looked up again at once: a person may just have mended it.
    entry.resolved.then((resolved) => {
      if (!resolved.ok) drop();
    }, drop);
    return entry.resolved;
  }

  async #read(loaded: LoadedConfig, buyerId: string, destinationId: string): Promise<ResolvedDestination> {
    const buyer = findBuyer(loaded.config, buyerId);
    if (!buyer) return { ok: false, problem: 'no-buyer', explanation: `buyer "${buyerId}" is not in configuration version ${loaded.version}` };
    const written = outlineOf(loaded.document)
      .buyers.find(({ id }) => id === buyerId)
      ?.destinations.find(({ id }) => id === destinationId);
    const schema = written?.type === null || written === undefined ? undefined : this.#types.schemas[written.type];
    if (!written || !schema) {
      return { ok: false, problem: 'no-destination', explanation: `buyer "${buyerId}" has no destination "${destinationId}" in configuration version ${loaded.version}` };
    }
    const names = secretNames(written.document);
    const secrets = names.length === 0 ? new Map<string, string>() : await this.#secrets.read(names);
    const { value, used, missing } = resolveSecrets(written.document, secrets);
    if (missing.length > 0) return { ok: false, problem: 'secret-missing', explanation: explainMissing(missing, `${buyerId}/${destinationId}`) };
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
      const places = parsed.error.issues.map((issue) => writePath(issue.path)).join(', ');
      const explanation = `a stored secret of ${buyerId}/${destinationId} is not of the form needed at ${places}; store it again with PUT /v1/secrets`;
      return { ok: false, problem: 'secret-missing', explanation };
    }
    return { ok: true, buyer, destination: parsed.data, configVersion: loaded.version, secretValues: used, secretNames: names };
  }
}

function explainMissing(names: string[], destination: string): string {
  const named = names.filter((name) => !isReservedSecretName(name));
  if (named.length === 0) return `a credential of ${destination} is not stored any more; write it into the configuration again`;
  const list = named.map((name) => `"${name}"`).join(', ');
  return `${named.length === 1 ? `secret ${list} is` : `secrets ${list} are`} not stored; set with PUT /v1/secrets/{name}, ${destination} needs ${named.length === 1 ? 'it' : 'them'}`;
}
