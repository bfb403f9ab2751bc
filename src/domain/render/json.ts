import type { Charset } from './charset.ts';
import { splitByCharset } from './charset.ts';
import type { Tree, TreeObject } from './tree.ts';

/**
 * Writes a document as JSON, keys in their order. What the character set cannot hold is escaped (`\u20ac`), so nothing is
 * lost to Latin-1; ASCII transliterates what it can first.
 */
export function renderJson(tree: Tree, charset: Charset = 'utf-8'): string {
  if (tree instanceof Map) return `{${members(tree, charset).join(',')}}`;
  if (Array.isArray(tree)) return `[${tree.map((element) => renderJson(element, charset)).join(',')}]`;
  if (typeof tree === 'string') return jsonText(tree, charset);
  // JSON has no infinity: as text it can still be seen, as null it would be lost.
  return typeof tree === 'number' && !Number.isFinite(tree) ? jsonText(String(tree), charset) : JSON.stringify(tree);
}

/** Two keys that a character set writes alike (é and e in ASCII) are kept apart: of two equal keys a reader keeps one. */
function members(object: TreeObject, charset: Charset): string[] {
  const taken = new Set<string>();
  return [...object].map(([key, value]) => {
    let name = jsonText(key, charset);
    for (let count = 2; taken.has(name); count += 1) name = jsonText(`${key} (${count})`, charset);
    taken.add(name);
    return `${name}:${renderJson(value, charset)}`;
  });
}

function jsonText(text: string, charset: Charset): string {
  const inner = splitByCharset(text, charset).map((piece) => (piece.fits ? JSON.stringify(piece.text).slice(1, -1) : escapeUnits(piece.text)));
  return `"${inner.join('')}"`;
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`).join('');
}
