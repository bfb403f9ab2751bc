import { namesAlong } from '../domain/config/names-along.ts';
import type { ConfigMistake } from '../domain/config/mistake.ts';
import { outlineOf } from '../domain/config/outline.ts';
import type { Config } from '../domain/config/schema.ts';
import { isReservedSecretName, literalSecretName, secretName, writeSecretReference } from '../domain/config/secret-reference.ts';
import { mapStrings, stringsIn, valueAt, writePath, type DocumentPath } from '../domain/config/strings.ts';
import type { CredentialPaths } from './destination-types.ts';

/** What stands in a document that is read in the place of a literal credential. Put back, it means: unchanged. */
export const MASK = '********';

const isLiteralReference = (text: string): boolean => {
  const name = secretName(text);
  return name !== null && isReservedSecretName(name);
};

/** A stored document as it may be read: every literal credential masked. References to named secrets are no secret and stay. */
export function maskLiterals(document: unknown): unknown {
  return mapStrings(document, (text) => (isLiteralReference(text) ? MASK : text));
}

/** A key for a path, to look it up. */
const keyOf = (path: DocumentPath): string => JSON.stringify(path);

/** The raw document of one destination, by ids. */
function destinationDocument(document: unknown, buyer: string | null, destination: string | null): unknown {
  if (buyer === null || destination === null) return undefined;
  const owner = outlineOf(document).buyers.find((candidate) => candidate.id === buyer);
  return owner?.destinations.find((candidate) => candidate.id === destination)?.document;
}

/**
 * Puts references back where a document that was read has masks: those that stood at the same buyer, destination and path
 * of `previous`, the stored document. A mask with nothing behind it is a mistake, and so is a reserved reference written by hand.
 */
export function restoreMasks(document: unknown, previous: unknown): { document: unknown; mistakes: ConfigMistake[] } {
  const mistakes: ConfigMistake[] = [];
  const restored = new Map<string, string>();
  const mistake = (path: DocumentPath, message: string) => {
    mistakes.push({ path: writePath(path), message: message + namesAlong(document, path) });
  };
  for (const { path, text } of stringsIn(document)) {
    if (isLiteralReference(text)) mistake(path, '`secret://.literal/…` is reserved; write the credential itself or `secret://name`');
  }
  outlineOf(document).buyers.forEach((buyer, buyerIndex) => {
    buyer.destinations.forEach((destination, index) => {
      for (const { path: inner, text } of stringsIn(destination.document)) {
        if (text !== MASK) continue;
        const path: DocumentPath = ['buyers', buyerIndex, 'destinations', index, ...inner];
        const before = valueAt(destinationDocument(previous, buyer.id, destination.id), inner);
        if (typeof before === 'string' && isLiteralReference(before)) restored.set(keyOf(path), before);
        else mistake(path, `${MASK} means "unchanged", but nothing is stored here; write the credential or \`secret://name\``);
      }
    });
  });
  return { document: mapStrings(document, (text, path) => restored.get(keyOf(path)) ?? text), mistakes };
}

/** The place of a credential in what a person wrote: a channel's schema may have made a list of a single text. */
function writtenPlace(document: unknown, path: DocumentPath): { path: DocumentPath; text: string } | null {
  for (let length = path.length; length > 0; length -= 1) {
    const prefix = path.slice(0, length);
    const text = valueAt(document, prefix);
    if (typeof text === 'string') return { path: prefix, text };
  }
  return null;
}

/**
 * Replaces the literal credentials of an accepted document by reserved references, and returns their values by name:
 * the document may then be stored in the clear, and the values encrypted.
 */
export function extractLiterals(document: unknown, config: Config, credentialPaths: CredentialPaths): { document: unknown; literals: Map<string, string> } {
  const literals = new Map<string, string>();
  const replaced = new Map<string, string>();
  config.buyers.forEach((buyer, buyerIndex) => {
    buyer.destinations.forEach((destination, index) => {
      const root: DocumentPath = ['buyers', buyerIndex, 'destinations', index];
      for (const credential of credentialPaths(destination)) {
        if (valueAt(destination, credential) === undefined) continue;
        const written = writtenPlace(valueAt(document, root), credential);
        // A channel that names a place the document does not have would leave a credential in the clear: never store that.
        if (!written) throw new Error(`the ${destination.type} channel names a credential at ${writePath(credential)} that the document does not have`);
        if (secretName(written.text) !== null || written.text === '') continue;
        const name = literalSecretName(buyer.id, destination.id, written.path);
        literals.set(name, written.text);
        replaced.set(keyOf([...root, ...written.path]), writeSecretReference(name));
      }
    });
  });
  return { document: mapStrings(document, (text, path) => replaced.get(keyOf(path)) ?? text), literals };
}
