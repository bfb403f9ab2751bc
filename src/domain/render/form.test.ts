import fc from 'fast-check';
import qs from 'qs';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../fields/lead.ts';
import { encodeText, fitCharset } from './charset.ts';
import { renderForm } from './form.ts';
import { renderJson } from './json.ts';
import { escapeForUrl, renderQuery } from './query.ts';

/** Any characters, lone surrogates and control characters among them. */
const anyText = fc.string({ unit: fc.oneof(fc.integer({ min: 0, max: 0x17f }), fc.integer({ min: 0, max: 0x1ffff })).map((code) => String.fromCodePoint(code)) });

describe('renderForm', () => {
  it('keeps dots and order, repeats lists, sends null as an empty text', () => {
    expect(renderForm([{ to: 'contact.name', value: 'Ann Lee' }, { to: 'phones', value: ['1', 2] }, { to: 'z', value: 0 }, { to: 'n', value: null }, { to: 'a[b]', value: false }, { to: 'big', value: 1e21 }])).toBe(
      'contact.name=Ann+Lee&phones=1&phones=2&z=0&n=&a%5Bb%5D=false&big=1000000000000000000000',
    );
  });

  it('writes the character set it is asked for', () => {
    expect(renderForm([{ to: 'a', value: 'é€😀ß' }], 'latin-1')).toBe('a=%E9EUR%3F%DF');
    expect(renderForm([{ to: 'a', value: 'é€😀ß' }], 'ascii')).toBe('a=eEUR%3Fss');
  });

  it.each<[[string, FieldValue][], string]>([
    [[['foo.bar.0', 'a'], ['foo.bar.1', 'b']], 'foo.bar=a&foo.bar=b'],
    [[['foo.9', 'b'], ['z', 1], ['foo.4', 'a']], 'foo=a&foo=b&z=1'],
    [[['foo.0', ['a', 'b']], ['foo.1', 'c']], 'foo=a&foo=b&foo=c'],
    [[['a.0.name', 1], ['a.1.name', 2]], 'a.0.name=1&a.1.name=2'],
    [[['[foo.0]', 1], ['profile[interest]', 2], ['interests[]', ['x', 'y']]], 'foo.0=1&profile%5Binterest%5D=2&interests%5B%5D=x&interests%5B%5D=y'],
    [[['a', 1], ['b', 2], ['a', 3]], 'a=1&b=2&a=3'],
    [[['0', 1], ['007.01', 2]], '0=1&007.01=2'],
  ])('makes the elements of a list one name: %j is %s', (values, expected) => {
    expect(decodeURI(renderForm(values.map(([to, value]) => ({ to, value })))).replaceAll('[', '%5B').replaceAll(']', '%5D')).toBe(expected);
  });

  it('is read back by URLSearchParams, in a body and in a query', () => {
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), (pairs) => {
        // Names that would be taken apart are quoted.
        const values = pairs.map(([name, value]) => ({ to: /^\[|\.\d+$/.test(name) && !/[[\]]/.test(name) ? `[${name}]` : name, value }));
        expect([...new URLSearchParams(renderForm(values))]).toEqual(pairs);
        expect([...new URL(renderQuery('https://x.example/p?#f', values)).searchParams]).toEqual(pairs);
      }),
    );
  });
});

describe('renderQuery', () => {
  it.each([
    ['https://x.example/p', 'https://x.example/p?a.b=1%202'],
    ['https://x.example/p?k=v', 'https://x.example/p?k=v&a.b=1%202'],
    ['https://x.example/p?', 'https://x.example/p?a.b=1%202'],
    ['https://x.example/p?k=v&', 'https://x.example/p?k=v&a.b=1%202'],
    ['https://x.example/p?k=v#top?x', 'https://x.example/p?k=v&a.b=1%202#top?x'],
    ['https://x.example/p#top?x', 'https://x.example/p?a.b=1%202#top?x'],
  ])('%s becomes %s', (url, expected) => expect(renderQuery(url, [{ to: 'a.b', value: '1 2' }])).toBe(expected));

  it('adds nothing for nothing', () => expect(renderQuery('https://x.example/p', [])).toBe('https://x.example/p'));

  it('is read by a stricter reader too', () => {
    expect(qs.parse(renderQuery('', [{ to: 'a', value: ['x y', '+&='] }]).slice(1))).toEqual({ a: ['x y', '+&='] });
  });
});

describe('escapeForUrl', () => {
  it('keeps a value within its segment', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.constantFrom('.', '..', '../x', '\\..\\', '?a=b', '#', '//evil.example')), (value) => {
        const url = new URL(`https://x.example/a/${escapeForUrl(value)}/b`);
        expect(url.host + url.search + url.hash).toBe('x.example');
        expect(url.pathname.split('/')).toHaveLength(4);
      }),
    );
  });
});

describe('charsets', () => {
  it.each([
    ['ascii', 'crème brûlée Straße Łódź Ærø', 'creme brulee Strasse Lodz AEro'],
    ['ascii', 'e\u0301 “x” – … ½ ™ ﬁ\u00a0.', 'e "x" - ... 1/2 TM fi .'],
    ['ascii', '中😀', '??'],
    ['latin-1', 'e\u0301 “x” €', 'é "x" EUR'],
    ['utf-8', 'é中😀', 'é中😀'],
  ] as const)('%s writes %s as %s', (charset, text, expected) => expect(fitCharset(text, charset)).toBe(expected));

  it('leaves to escapes, in Latin-1, the characters that readers take for others of Windows-1252', () => {
    expect(renderJson('a\u0080\u009f\u00a0', 'latin-1')).toBe('"a\\u0080\\u009f\u00a0"');
  });

  it('encodes one byte a character in Latin-1', () => expect([...encodeText('é€', 'latin-1')]).toEqual([0xe9, 0x45, 0x55, 0x52]));
});
