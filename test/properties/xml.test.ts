import { DOMParser, type Element } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MappedValue } from '../../src/domain/mapping/apply.ts';
import { checkMapping } from '../../src/domain/mapping/check.ts';
import { mapSchema } from '../../src/domain/mapping/schema.ts';
import { encodeText, type Charset } from '../../src/domain/render/charset.ts';
import { buildTree } from '../../src/domain/render/tree.ts';
import { renderXml } from '../../src/domain/render/xml.ts';
import { charset, decodeIndependently, fieldScalar, hostileText, target } from './arbitraries.ts';

/** One element as a mapping makes it: its attributes, and what is in it. */
interface Made {
  name: string;
  attributes: [name: string, text: string][];
  content: { kind: 'text' | 'cdata'; text: string } | { kind: 'list'; texts: string[] };
}

const NAMES = ['a', 'Status', 'x-y', 'x.y', '_1', 'é', '中', 'constructor', '__proto__', 'item'];
const attributes = fc.uniqueArray(fc.tuple(fc.constantFrom('id', 'type', 'data-x', 'constructor'), hostileText), { maxLength: 3, selector: ([name]) => name });
const content: fc.Arbitrary<Made['content']> = fc.oneof(
  fc.record({ kind: fc.constantFrom('text' as const, 'cdata' as const), text: hostileText }),
  fc.record({ kind: fc.constant('list' as const), texts: fc.array(hostileText, { minLength: 1, maxLength: 3 }) }),
);
/** Two at least: a document of one element only is its own root. */
const elements = fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), attributes, content }), { minLength: 2, maxLength: 4, selector: ({ name }) => name });

function mapped({ name, attributes, content }: Made): MappedValue[] {
  return [
    content.kind === 'cdata' ? { to: `[${name}].#cdata`, value: content.text } : { to: `[${name}]`, value: content.kind === 'list' ? content.texts : content.text },
    ...attributes.map(([attribute, value]) => ({ to: `[${name}].@${attribute}`, value })),
  ];
}

/** What XML 1.0 can hold of a text (section 2.2), judged character by character; marks are composed, as Latin-1 needs them. */
function held(text: string): string {
  return Array.from(text)
    .filter((character) => {
      const code = character.codePointAt(0) ?? 0;
      return code === 9 || code === 10 || code === 13 || (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
    })
    .join('')
    .normalize('NFC');
}

function parse(text: string): Element {
  const onError = (level: string, message: string): void => {
    // A lead may well hold U+FFFD: every broken form before ours puts it there.
    if (!message.includes('replacement character')) throw new Error(`${level}: ${message}`);
  };
  const root = new DOMParser({ onError }).parseFromString(text, 'text/xml').documentElement;
  if (root === null) throw new Error('no root element');
  return root;
}

const written = (values: MappedValue[], set: Charset): string => decodeIndependently(encodeText(renderXml(buildTree(values, { markup: true }), { charset: set }), set), set);

describe('XML', () => {
  it('is read back by another parser as the same elements, texts and attributes in order', () => {
    fc.assert(
      fc.property(elements, fc.constantFrom<Charset>('utf-8', 'latin-1'), (made, set) => {
        const root = parse(written(made.flatMap(mapped), set));
        // In Latin-1 a name cannot be escaped, so that 中 is mended; é stays.
        const nameOf = (name: string): string => (set === 'latin-1' ? name.replace('中', '_') : name);
        const expected = made.flatMap(({ name, attributes: given, content: inside }) =>
          (inside.kind === 'list' ? inside.texts : [inside.text]).map((text) => ({
            name: nameOf(name),
            text: held(text),
            attributes: given.map(([attribute, value]) => [attribute, held(value)]),
          })),
        );
        const read = Array.from(root.children).map((element) => ({
          name: element.tagName,
          text: element.textContent?.normalize('NFC'),
          attributes: Array.from(element.attributes).map((attribute) => [attribute.name, attribute.value.normalize('NFC')]),
        }));
        expect(read).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps line ends and blanks of any kind, which a parser may change unless they are escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\r', '\n', '\t', ' ', '\r\n', 'x', ']]>', ']', '>') }), charset, (text, set) => {
        const root = parse(written([{ to: 'r.t', value: text }, { to: 'r@a', value: text }, { to: 'r.c#cdata', value: text }], set));
        expect([root.getElementsByTagName('t')[0]?.textContent, root.getAttribute('a'), root.getElementsByTagName('c')[0]?.textContent]).toEqual([text, text, text]);
      }),
      { numRuns: 300 },
    );
  });

  it('is well-formed whatever the names and values, in every character set', () => {
    const anyName = fc.oneof(target.map(({ to }) => to), hostileText, fc.constantFrom('a@b', 'a#text', 'a#cdata', '@a', '#text', 'x:y', '@xmlns:x', 'a@xmlns', 'xml:lang', '@xml:lang', 'xmlns', '@xmlns', 'b@xmlns:x', 'b.x:y', 'b.@x:y', 'xmlns:x', '@xmlns:xml', '@xmlns:xmlns', '@xmlns:x y', 'xml'));
    fc.assert(
      fc.property(fc.array(fc.record({ to: anyName, value: fc.oneof(fieldScalar, fc.array(fieldScalar, { maxLength: 3 })) }), { maxLength: 6 }), charset, (values, set) => {
        parse(written(values, set));
      }),
      { numRuns: 500 },
    );
  });

  it('loses no value that a mapping without collisions sends', () => {
    const place = fc
      .record({ target, mark: fc.constantFrom('', '', '@id', '#text', '#cdata') })
      .map(({ target: { to, steps }, mark }) => ({ to: to + mark, steps: JSON.stringify([steps, mark]) }))
      .filter(({ to }) => to.length <= 500);
    fc.assert(
      fc.property(fc.uniqueArray(place, { maxLength: 6, selector: ({ steps }) => steps }), (places) => {
        const values = places.map(({ to }, index) => ({ to, value: `(${index})` }));
        fc.pre(checkMapping(mapSchema.parse(values), 'xml').length === 0);
        const text = written(values, 'utf-8');
        for (const { value } of values) expect(text.split(value)).toHaveLength(2);
      }),
      { numRuns: 500 },
    );
  });
});
