import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../fields/lead.ts';
import { encodeText } from './charset.ts';
import { renderJson } from './json.ts';
import { buildTree } from './tree.ts';

function json(values: [to: string, value: FieldValue][]): string {
  return renderJson(buildTree(values.map(([to, value]) => ({ to, value }))));
}

/** Any characters, lone surrogates and control characters among them. */
const anyText = fc.string({ unit: fc.oneof(fc.integer({ min: 0, max: 0x17f }), fc.integer({ min: 0, max: 0x1ffff })).map((code) => String.fromCodePoint(code)) });

describe('renderJson of buildTree', () => {
  const cases: [[string, FieldValue][], string][] = [
    [[], '{}'],
    [[['contact.first_name', 'Ann'], ['contact.age', 42], ['ok', false], ['zero', 0], ['none', null], ['blank', '']], '{"contact":{"first_name":"Ann","age":42},"ok":false,"zero":0,"none":null,"blank":""}'],
    [[['phones.0', 'a'], ['phones.7', 'c'], ['phones.3', 'b']], '{"phones":["a","b","c"]}'],
    [[['0.a', 1], ['1.a', 2]], '[{"a":1},{"a":2}]'],
    [[['foo[a.b]', 1], ['foo[0]', 2], ['[x.y].z', 3], ['[a[b]]', 4]], '{"foo":{"a.b":1,"0":2},"x.y":{"z":3},"a[b]":4}'],
    [[['foo.bar[what_is_your_interest]', 'x'], ['a[b][c.d].e', 1], ['[q]', 2]], '{"foo":{"bar[what_is_your_interest]":"x"},"a[b]":{"c.d":{"e":1}},"q":2}'],
    [[['0.a', 1], ['name', 2]], '{"0":{"a":1},"name":2}'],
    [[['list', ['a', 1, null, ['x']]]], '{"list":["a",1,null,["x"]]}'],
    [[['z', 1], ['10', 2], ['2', 3], ['a', 4]], '{"z":1,"10":2,"2":3,"a":4}'],
    [[['a', 1], ['b', 2], ['a', 3]], '{"a":3,"b":2}'],
    [[['007', 1]], '{"007":1}'],
    [[['99999999999999999999', 1]], '[1]'],
    [[['lead@id', 1]], '{"lead@id":1}'],
    // Collisions, which only `map: auto` lets through: nothing is lost.
    [[['lead', 'x'], ['lead.email', 'y'], ['lead.a.b', 'z']], '{"lead":"x","lead.email":"y","lead.a":{"b":"z"}}'],
    [[['lead.email', 'y'], ['lead', 'x']], '{"lead":"x","lead.email":"y"}'],
    [[['a', 1], ['a.b', 2], ['a.b.c', 3]], '{"a":1,"a.b":2,"a.b.c":3}'],
    [[['a', 1], ['a.b', 2], ['[a.b]', 3]], '{"a":1,"a.b":3,"a.b (2)":2}'],
    [[['0', 1], ['0.x', 2], ['1', 3]], '{"0":1,"1":3,"0.x":2}'],
    [[['p.0', 1], ['p.home', 2]], '{"p":{"0":1,"home":2}}'],
    [[['0', 1], ['[0]', 2], ['p.1', 3], ['p[1]', 4]], '{"0":1,"0 (2)":2,"p":{"1":3,"1 (2)":4}}'],
    [[['a..b', 1], ['c[', 2], ['', 3]], '{"a..b":1,"c[":2,"":3}'],
  ];
  it.each(cases)('%j is %s', (values, expected) => expect(json(values)).toBe(expected));

  it('treats __proto__ and constructor as names', () => {
    const text = json([['__proto__.polluted', true], ['constructor.prototype.polluted', true]]);
    expect(text).toBe('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('loses no value, whatever the paths', () => {
    const path = fc.oneof(fc.array(fc.constantFrom('a', 'b', '0', '1', '[a.b]', '__proto__'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')), fc.string());
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 12, selector: (to) => to.replace(/\.?\[/g, '.[') }), (paths) => {
        const values = paths.map((to, index) => ({ to, value: `value-${index}` }));
        const text = renderJson(buildTree(values));
        JSON.parse(text);
        for (const { value } of values) expect(text.includes(`"${value}"`)).toBe(true);
      }),
    );
  });

  it('is read back by JSON.parse as the same values', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(anyText, fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)), fc.boolean(), fc.constant(null))), fc.constantFrom('utf-8' as const, 'latin-1' as const), (fields, charset) => {
        const nfc = (text: string): string => (charset === 'utf-8' ? text : text.normalize('NFC'));
        const entries = Object.entries(fields).map(([key, value]): [string, FieldValue] => [nfc(key), typeof value === 'string' ? nfc(value) : value]);
        const bytes = encodeText(renderJson(new Map(entries), charset), charset);
        expect(JSON.parse(new TextDecoder(charset === 'utf-8' ? 'utf-8' : 'latin1', { ignoreBOM: true }).decode(bytes))).toEqual(Object.fromEntries(new Map(entries)));
      }),
    );
  });

  it('keeps keys apart that a character set writes alike', () => {
    expect(renderJson(new Map([['e', 1], ['é', 2], ['ê', 3]]), 'ascii')).toBe('{"e":1,"e (2)":2,"e (3)":3}');
    expect(renderJson(new Map([['é', 1], ['e\u0301', 2]]), 'latin-1')).toBe('{"é":1,"é (2)":2}');
  });

  it('stays JSON in ASCII, where a quotation mark may come of a transliteration', () => {
    const text = renderJson(new Map([['“na\u00efve”', '“Straße” ＂ 😀 中']]), 'ascii');
    expect(text).toBe(String.raw`{"\"naive\"":"\"Strasse\" \" \ud83d\ude00 \u4e2d"}`);
    expect(JSON.parse(text)).toEqual({ '"naive"': '"Strasse" " 😀 中' });
  });
});
