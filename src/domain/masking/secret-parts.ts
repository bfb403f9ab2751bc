/** A part of a JSON document that is a credential by its name, as in a service account's key file. */
const CREDENTIAL_KEY = /key|secret|token|passw|credential/i;
const SHORTEST_PART = 4;
/** A segment of a path that looks made up and not like a word: a digit, capitals within, or very long. */
const UNGUESSABLE = /\d|[a-z][A-Z]|^.{12,}$/;

/**
 * A credential, and the parts of it that are as secret when they stand alone: of an address its path, parameters and password
 * (a server quotes the path in its 404), of `Bearer …` what follows the scheme, of `Basic …` the password, of a key file its keys.
 */
export function secretParts(secret: string): string[] {
  const parts = [secret, ...addressParts(secret), ...schemeParts(secret), ...keyFileParts(secret)];
  return [...new Set(parts)].filter((part) => part.length >= SHORTEST_PART);
}

const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/is;

/** Parts as they are written: what is percent-encoded is found decoded too. */
function addressParts(text: string): string[] {
  const [, authority, path = '', query, fragment] = ADDRESS.exec(text) ?? [];
  if (authority === undefined && !text.startsWith('/')) return [];
  const target = query === undefined ? path : `${path}?${query}`;
  const segments = path.split('/').filter((segment) => UNGUESSABLE.test(segment));
  const values = (query ?? '').split('&').map((pair) => pair.slice(pair.indexOf('=') + 1));
  const password = /^[^@]*?:(.*)@/s.exec(authority ?? '')?.[1];
  return [target, path, path.replace(/^\//, ''), path.replace(/\/$/, ''), ...segments, ...values, ...(fragment === undefined ? [] : [fragment]), ...(password === undefined ? [] : [password])];
}

function schemeParts(text: string): string[] {
  const [, scheme = '', value] = /^([A-Za-z][\w-]*) +(\S+)$/.exec(text) ?? [];
  if (value === undefined) return [];
  if (scheme.toLowerCase() !== 'basic') return [value];
  // RFC 7617: user and password in base64.
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return [value, pair, pair.slice(pair.indexOf(':') + 1)];
}

function keyFileParts(text: string): string[] {
  if (!text.trimStart().startsWith('{')) return [];
  try {
    const document: unknown = JSON.parse(text);
    return Object.entries(Object(document) as object).flatMap(([name, value]) => (CREDENTIAL_KEY.test(name) && typeof value === 'string' ? [value] : []));
  } catch {
    return [];
  }
}
