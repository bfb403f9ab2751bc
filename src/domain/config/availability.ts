/**
 * Words of the configuration whose feature has not landed yet. They are refused by name: a person who wrote one
 * did not mistype it, and must not believe that it works. Remove a word here with the feature that brings it.
 */
const DESTINATION_TYPES: ReadonlySet<string> = new Set(['batch']);
const BUYER_KEYS: ReadonlySet<string> = new Set(['hours', 'caps']);

/** True for a destination type that is designed but not there yet. */
export function isTypeToCome(type: string): boolean {
  return DESTINATION_TYPES.has(type);
}

/** True for a key that is designed but not there yet, given the path of the object that has it. */
export function isKeyToCome(path: readonly PropertyKey[], key: string): boolean {
  return path[0] === 'buyers' && path.length === 2 && BUYER_KEYS.has(key);
}

/** The sentence for both. */
export function notAvailableYet(word: string): string {
  return `\`${word}\` is not available in this version yet`;
}
