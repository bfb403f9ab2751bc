import type { MappedValue } from '../mapping/apply.ts';
import { pathSegments, splitMarkup } from '../mapping/path.ts';

/** A document: objects are Maps, so that keys keep their order and any name (`__proto__` too) is only a name. */
export type Tree = string | number | boolean | null | Tree[] | TreeObject;
export type TreeObject = Map<string, Tree>;

interface Node {
  name: string;
  leaf: { value: Tree } | null;
  /** An index and a quoted key of the same digits are two. */
  children: Map<string, Node>;
  isArray: boolean;
}

/**
 * Builds a document from mapped values: dot paths nest, numeric segments make arrays whose gaps close up, a root of only
 * numeric segments is an array. The last value of a path wins. With `markup`, XML's `lead@id` and `lead#text` become the
 * keys `@id` and `#text` of `lead`.
 *
 * Values that collide (a field `lead` beside `lead.email`, possible with `map: auto`) are all kept: the shorter path has the
 * place, the longer one stands beside it under its dotted name, `{"lead": …, "lead.email": …}`. Where indexes and names
 * meet, the indexes become keys of an object.
 */
export function buildTree(values: readonly MappedValue[], options: { markup?: boolean } = {}): TreeObject | Tree[] {
  const root = emptyNode('');
  for (const { to, value } of values) {
    const segments = pathSegments(to);
    let node = root;
    for (const { kind, name } of options.markup === true ? splitMarkup(segments) : segments) {
      if (kind === 'key') node.isArray = false;
      const child = node.children.get(kind + name) ?? emptyNode(name);
      node.children.set(kind + name, child);
      node = child;
    }
    node.leaf = { value };
  }
  return containerOf(root, options.markup === true);
}

function emptyNode(name: string): Node {
  return { name, leaf: null, children: new Map(), isArray: true };
}

function containerOf(node: Node, markup: boolean): TreeObject | Tree[] {
  const entries = [...node.children.values()].map((child) => ({ name: child.name, ...contentOf(child, markup) }));
  if (node.isArray && entries.length > 0 && entries.every(({ beside }) => beside.length === 0)) {
    return entries.sort((a, b) => Number(a.name) - Number(b.name)).map(({ content }) => content);
  }
  const object: TreeObject = new Map();
  for (const { name, content } of entries) object.set(freeKey(object, name), content);
  for (const { name, beside } of entries) {
    for (const [rest, content] of beside) object.set(freeKey(object, `${name}.${rest}`), content);
  }
  return object;
}

/** What stands at a node, and what has to stand beside it because its place is taken. */
function contentOf(node: Node, markup: boolean): { content: Tree; beside: [rest: string, content: Tree][] } {
  if (node.leaf === null) return { content: containerOf(node, markup), beside: [] };
  const { value } = node.leaf;
  const children = [...node.children.values()];
  const marks = markup ? children.filter(({ name }) => /^[@#]/.test(name)) : [];
  const blocked = children.filter((child) => !marks.includes(child));
  const beside = blocked.flatMap((child) => {
    const { name } = child;
    const inner = contentOf(child, markup);
    return [[name, inner.content] satisfies [string, Tree], ...inner.beside.map(([rest, content]): [string, Tree] => [`${name}.${rest}`, content])];
  });
  return { content: marks.length === 0 ? value : markedUp(value, marks, markup), beside };
}

/** A value with attributes: the value is the text. A list is one element each, all with the same attributes. */
function markedUp(value: Tree, marks: Node[], markup: boolean): Tree {
  if (Array.isArray(value)) return value.map((element) => markedUp(element, marks, markup));
  const object: TreeObject = new Map(marks.map((child) => [child.name, contentOf(child, markup).content]));
  object.set(freeKey(object, '#text'), value);
  return object;
}

/** `name`, or the first of `name (2)`, `name (3)` … that is free: two values never share a key. */
function freeKey(object: TreeObject, name: string): string {
  let key = name;
  for (let count = 2; object.has(key); count += 1) key = `${name} (${count})`;
  return key;
}
