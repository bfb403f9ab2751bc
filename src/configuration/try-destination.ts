import type { DestinationCommon } from '../domain/config/destination.ts';
import type { ConfigMistake } from '../domain/config/mistake.ts';
import { parseConfig } from '../domain/config/parse.ts';
import { isReservedSecretName, resolveSecrets, secretName, secretNames } from '../domain/config/secret-reference.ts';
import { isMapping, isTooDeep, valueAt, writePath } from '../domain/config/strings.ts';
import type { SecretStore } from '../store/store.ts';
import { relativeToPlace } from './buyer-documents.ts';
import type { DestinationTypes } from './destination-types.ts';
import { MASK } from './literal-credentials.ts';

/** A destination that was read as a saved one would be. Paths of mistakes are relative to it. */
export type TriedDestination =
  | {
      ok: true;
      /** With its secrets in it, as far as they are stored. */
      destination: DestinationCommon;
      /** Everything in `destination` that nobody may be shown. */
      secretValues: string[];
      warnings: ConfigMistake[];
    }
  | { ok: false; mistakes: ConfigMistake[] };

/** Stands for whatever the destination is not part of yet. */
const NAME = 'preview';
const PLACE = writePath(['buyers', 0, 'destinations', 0]);

/** Reads and checks a destination that nobody has saved; its id may be left out. A secret that is not stored is a warning. */
export async function tryDestination(document: unknown, secrets: Pick<SecretStore, 'read'>, types: DestinationTypes): Promise<TriedDestination> {
  if (!isMapping(document)) return { ok: false, mistakes: [{ path: '', message: 'expected a destination: a mapping with `type` and what its type needs' }] };
  if (isTooDeep(document)) return { ok: false, mistakes: [{ path: '', message: 'the destination nests deeper than 64 levels, or contains itself' }] };
  const written: Record<string, unknown> = { id: NAME, ...document };
  const parsed = parseConfig({ buyers: [{ id: NAME, destinations: [written] }] }, types.schemas, types.checks);
  const own = (mistakes: ConfigMistake[]): ConfigMistake[] =>
    relativeToPlace(
      mistakes.filter(({ path }) => path.startsWith(PLACE)).map((mistake) => ({ ...mistake, message: mistake.message.replace(/ \(buyer preview(?:, destination [\w-]+)?\)$/, '') })),
      PLACE,
    );
  if (!parsed.ok) return { ok: false, mistakes: own(parsed.mistakes) };
  const names = secretNames(written);
  // Whoever tries one destination out reads no other's credentials by it.
  const reserved = names.find(isReservedSecretName);
  if (reserved !== undefined) return { ok: false, mistakes: [{ path: '', message: `secret "${reserved}" is a credential of a saved destination and cannot be named; write the credential itself, or store it with PUT /v1/secrets and a name of its own` }] };
  const stored = names.length === 0 ? new Map<string, string>() : await secrets.read(names);
  const absent = names.filter((name) => !stored.has(name));
  const { value, used } = resolveSecrets(written, new Map([...absent.map((name) => [name, MASK] as const), ...stored]));
  // What is stored may be of another form than the destination needs.
  const read = types.schemas[String(written['type'])]?.safeParse(value);
  if (!read?.success) {
    return { ok: false, mistakes: (read?.error.issues ?? []).map((issue) => ({ path: writePath(issue.path), message: 'the stored secret is not of the form needed here; store it again with PUT /v1/secrets' })) };
  }
  const destination = read.data;
  const literals = types.credentialPaths(destination).flatMap((path) => {
    const text = valueAt(destination, path);
    return typeof text === 'string' && secretName(text) === null ? [text] : [];
  });
  const missing = absent.map((name): ConfigMistake => ({ path: '', message: `secret "${name}" is not stored yet; set it with PUT /v1/secrets/${name}` }));
  return { ok: true, destination, secretValues: [...new Set([...used, ...literals])].filter((text) => text !== MASK), warnings: [...own(parsed.warnings), ...missing] };
}
