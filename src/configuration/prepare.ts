import type { ConfigMistake } from '../domain/config/mistake.ts';
import { namesAlong } from '../domain/config/names-along.ts';
import { parseConfig } from '../domain/config/parse.ts';
import type { Config } from '../domain/config/schema.ts';
import { isReservedSecretName, secretName } from '../domain/config/secret-reference.ts';
import { isTooDeep, stringsIn, writePath } from '../domain/config/strings.ts';
import type { DestinationTypes } from './destination-types.ts';
import { extractLiterals, restoreMasks } from './literal-credentials.ts';

export type PreparedConfig =
  | {
      ok: true;
      config: Config;
      /** As it is stored: references in the place of literal credentials. */
      document: unknown;
      /** Values of the literal credentials written this time, by reserved name. */
      literals: Map<string, string>;
      warnings: ConfigMistake[];
    }
  | { ok: false; mistakes: ConfigMistake[] };

/** Makes what can be stored out of what a person submitted, given the document stored before (for masked credentials). */
export function prepareConfig(submitted: unknown, previous: unknown, types: DestinationTypes): PreparedConfig {
  if (isTooDeep(submitted)) return { ok: false, mistakes: [{ path: '', message: 'the configuration nests deeper than 64 levels, or contains itself' }] };
  const restored = restoreMasks(submitted, previous);
  const written = parseConfig(restored.document, types.schemas, types.checks);
  if (!written.ok || restored.mistakes.length > 0) {
    return { ok: false, mistakes: [...restored.mistakes, ...(written.ok ? [] : written.mistakes)] };
  }
  const { document, literals } = extractLiterals(restored.document, written.config, types.credentialPaths);
  // Workers read what is stored, so that, and not only what was written, has to be valid.
  const stored = parseConfig(document, types.schemas);
  if (!stored.ok) return { ok: false, mistakes: stored.mistakes };
  return { ok: true, config: stored.config, document, literals, warnings: written.warnings };
}

/** A warning for each named secret that the configuration refers to and that is not stored yet. */
export function missingSecretWarnings(document: unknown, stored: readonly string[]): ConfigMistake[] {
  const known = new Set(stored);
  return stringsIn(document).flatMap(({ path, text }) => {
    const name = secretName(text);
    if (name === null || isReservedSecretName(name) || known.has(name)) return [];
    known.add(name);
    const message = `secret "${name}" is not stored yet; set it with PUT /v1/secrets/${name}, until then nothing can be delivered here`;
    return [{ path: writePath(path), message: message + namesAlong(document, path) }];
  });
}
