import { templateTexts } from '../mapping/template.ts';
import { mapStrings, stringsIn, type DocumentPath } from './strings.ts';

const PREFIX = 'secret://';
const SHORTEST_PIECE = 12;
const LITERAL_NAMESPACE = '.literal/';

/** A name that a person may give a secret: it cannot begin with a dot, so none collides with a reserved one. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** True for a name that a secret may be stored under by hand (`PUT /v1/secrets/{name}`). */
export function isSecretName(name: string): boolean {
  return NAME.test(name);
}

/** True for the names under which literal credentials of the configuration are kept: not to be set, listed or deleted by hand. */
export function isReservedSecretName(name: string): boolean {
  return name.startsWith(LITERAL_NAMESPACE) && name.length > LITERAL_NAMESPACE.length;
}

/** The reserved name for a literal credential of a destination, e.g. `.literal/acme/api/auth/token`. */
export function literalSecretName(buyer: string, destination: string, path: readonly (string | number)[]): string {
  return LITERAL_NAMESPACE + [buyer, destination, ...path.map(String)].map(encodeURIComponent).join('/');
}

/** `secret://name`. */
export function writeSecretReference(name: string): string {
  return PREFIX + name;
}

/** The name in a string that is wholly a reference (`secret://acme_token`), or null. */
export function secretName(text: string): string | null {
  if (!text.startsWith(PREFIX)) return null;
  const name = text.slice(PREFIX.length);
  return isSecretName(name) || isReservedSecretName(name) ? name : null;
}

/** True for a string that looks like a reference but is none: a bad name, or a reference in the middle of other text. */
export function isBrokenReference(text: string): boolean {
  return text.includes(PREFIX) && secretName(text) === null;
}

/** The names of all secrets that a document refers to, each once, in order. */
export function secretNames(value: unknown): string[] {
  const names = stringsIn(value).map((found) => secretName(found.text));
  return [...new Set(names.filter((name) => name !== null))];
}

export interface ResolvedSecrets {
  value: unknown;
  /** The plain values put in, and the pieces of those that are templates: whoever shows what was sent masks them. */
  used: string[];
  /** Names that `values` did not have; their references were left as they are. */
  missing: string[];
}

/** A copy of a destination's document with each reference, always a whole string, replaced by its secret. */
export function resolveSecrets(destination: unknown, values: ReadonlyMap<string, string>): ResolvedSecrets {
  const used = new Set<string>();
  const missing = new Set<string>();
  const resolved = mapStrings(destination, (text, path) => {
    const name = secretName(text);
    if (name === null) return text;
    const secret = values.get(name);
    if (secret === undefined) {
      missing.add(name);
      return text;
    }
    used.add(secret);
    // Of a URL that names fields what stands between them is as secret; a name of a parameter is not.
    for (const text of templateTexts(secret)) if (text.length >= SHORTEST_PIECE) used.add(text);
    // A literal credential was written as a template; what was stored apart is a password that may have braces in it.
    return isTemplate(path) && !isReservedSecretName(name) ? secret.replace(/[{}]/g, '$&$&') : secret;
  });
  return { value: resolved, used: [...used], missing: [...missing] };
}

/** Texts that are templates whatever the destination's type. Not its URL: one that is kept secret may name fields. */
function isTemplate([word, within]: DocumentPath): boolean {
  return word === 'headers' || word === 'query' || (word === 'wrap' && within === 'extra');
}
