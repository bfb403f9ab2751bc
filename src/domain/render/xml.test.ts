import { DOMParser, type Document } from '@xmldom/xmldom';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../fields/lead.ts';
import { encodeText } from './charset.ts';
import { buildTree } from './tree.ts';
import { renderXml } from './xml.ts';
import type { XmlOptions } from './xml.ts';

function xml(values: [to: string, value: FieldValue][], options: XmlOptions = { declaration: false }): string {
  return renderXml(buildTree(values.map(([to, value]) => ({ to, value })), { markup: true }), options);
}

/** Reads with an independent parser that takes a warning for an error. */
function parse(text: string): Document {
  const fail = (level: string, message: string): never => {
    throw new Error(`${level}: ${message}`);
  };
  return new DOMParser({ onError: fail }).parseFromString(text, 'text/xml');
}

/** Any characters, those that XML cannot hold among them. */
const anyText = fc.string({ unit: fc.oneof(fc.integer({ min: 0, max: 0x17f }), fc.integer({ min: 0, max: 0x1ffff }), fc.constantFrom(0xd800, 0xdfff, 0xfffe, 0xffff, 0x40, 0x23, 0x2e, 0x5b)).map((code) => String.fromCodePoint(code)) });

describe('renderXml', () => {
  const cases: [[string, FieldValue][], string][] = [
    [[], '<lead/>'],
    [[['a', 1], ['b', false]], '<lead><a>1</a><b>false</b></lead>'],
    [[['order.lead.name', 'Ann'], ['order.lead.none', null], ['order.lead.blank', '']], '<order><lead><name>Ann</name><none/><blank/></lead></order>'],
    [[['lead@id', 7], ['lead@type', 'a"b<c>&'], ['lead.name', 'x<y & z > "q"']], '<lead id="7" type="a&quot;b&lt;c&gt;&amp;"><name>x&lt;y &amp; z &gt; "q"</name></lead>'],
    [[['r.phone@type', 'home'], ['r.phone#text', '5125550142']], '<r><phone type="home">5125550142</phone></r>'],
    [[['r.phone', '5125550142'], ['r.phone@type', 'home']], '<r><phone type="home">5125550142</phone></r>'],
    [[['r.note#cdata', 'a <b> ]]> c']], '<r><note><![CDATA[a <b> ]]]]><![CDATA[> c]]></note></r>'],
    [[['soap:Envelope@xmlns:soap', 'http://x.example/'], ['soap:Envelope.soap:Body.a', 1]], '<soap:Envelope xmlns:soap="http://x.example/"><soap:Body><a>1</a></soap:Body></soap:Envelope>'],
    [[['r.item', ['a', 'b']]], '<r><item>a</item><item>b</item></r>'],
    [[['r.item.0@id', 1], ['r.item.0', 'a'], ['r.item.1@id', 2], ['r.item.1', 'b']], '<r><item id="1">a</item><item id="2">b</item></r>'],
    [[['r.item.0.n', 1], ['r.item.5.n', 2]], '<r><item><n>1</n></item><item><n>2</n></item></r>'],
    [[['item', ['a', 'b']]], '<lead><item>a</item><item>b</item></lead>'],
    [[['0', 'a'], ['1', 'b']], '<lead><item>a</item><item>b</item></lead>'],
    [[['@version', 2], ['a', 1]], '<lead version="2"><a>1</a></lead>'],
    [[['first name', 1], ['1st', 2], ['a<b', 3], ['x:', 4], ['g:h', 5]], '<lead><first_name>1</first_name><_1st>2</_1st><a_b>3</a_b><x_>4</x_><g_h>5</g_h></lead>'],
    [[['r.xmlns', 1], ['r.xmlns:x', 2], ['r@xmlns:x', 'http://x.example/']], '<r xmlns:x="http://x.example/"><_xmlns>1</_xmlns><xmlns_x>2</xmlns_x></r>'],
    [[['r.a@xmlns:x', 'http://x.example/'], ['r.a.x:b', 1], ['r.x:b', 2]], '<r><a xmlns:x="http://x.example/"><x:b>1</x:b></a><x_b>2</x_b></r>'],
    [[['r@xmlns:x', '\u0000'], ['r@xmlns:xmlns', 'http://x.example/'], ['r.x:b', 1]], '<r xmlns_x="" xmlns_xmlns="http://x.example/"><x_b>1</x_b></r>'],
    [[['a@x y', 1], ['a@x_y', 2]], '<a x_y="1" x_y_="2"/>'],
    [[['r.a', 'x\u0000\u000b\ud800\ufffey\r\n\t😀']], '<r><a>xy&#xD;\n\t😀</a></r>'],
    // What XML 1.1 allows only as a reference, or takes for the end of a line: some readers of 1.0 do so too.
    [[['r.a', 'x\u0085\u2028\u007f'], ['r@b', '\u0085\u2028'], ['r.c#cdata', 'x\u2028']], '<r b="&#x85;&#x2028;"><a>x&#x85;&#x2028;&#x7F;</a><c><![CDATA[x]]>&#x2028;<![CDATA[]]></c></r>'],
    [[['r@a', 'x\r\n\ty']], '<r a="x&#xD;&#xA;&#x9;y"/>'],
  ];
  it.each(cases)('%j is %s', (values, expected) => {
    const text = xml(values);
    expect(text).toBe(expected);
    parse(text);
  });

  it('writes the declaration it is asked for, and a root of another name', () => {
    expect(xml([['a', 1], ['b', 2]], { root: 'request' })).toBe('<?xml version="1.0" encoding="UTF-8"?><request><a>1</a><b>2</b></request>');
    expect(xml([['a', 1]], { declaration: '<?xml version="1.1"?>' })).toBe('<?xml version="1.1"?><a>1</a>');
  });

  it('loses nothing to Latin-1 and cannot be broken by ASCII', () => {
    expect(xml([['r.a', 'é€'], ['r.b#cdata', 'é€'], ['r@c', '€']], { charset: 'latin-1' })).toBe('<?xml version="1.0" encoding="ISO-8859-1"?><r c="&#x20AC;"><a>é&#x20AC;</a><b><![CDATA[é]]>&#x20AC;<![CDATA[]]></b></r>');
    expect(xml([['r.a', 'ê＜x＞ß😀'], ['r@b', '“q”']], { charset: 'ascii' })).toBe('<?xml version="1.0" encoding="US-ASCII"?><r b="&quot;q&quot;"><a>e&lt;x&gt;ss&#x1F600;</a></r>');
  });

  it('is read back by another parser as the same text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '😀', '<', '>', '&', '"', "'", ']', ']]>', ' x', '\n', '{', '&amp;', '<!--') }).map((value) => `.${value}.`);
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), text, text, (list, attribute, cdata) => {
        const root = parse(xml([['r.item', list], ['r@a', attribute], ['r.c#cdata', cdata]])).documentElement;
        expect([...(root?.getElementsByTagName('item') ?? [])].map((item) => item.textContent)).toEqual(list);
        expect(root?.getAttribute('a')).toBe(attribute);
        expect(root?.getElementsByTagName('c').item(0)?.textContent).toBe(cdata);
      }),
    );
  });

  it('never crashes and always parses, whatever the names and values', () => {
    const path = fc.oneof(anyText, fc.array(fc.constantFrom('a', '0', '1', '@b', '#text', '#cdata', 'c@d', '[e.f]', 'g:h', '中'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.')));
    const value = fc.oneof(anyText, fc.double(), fc.boolean(), fc.constant(null), fc.array(anyText));
    fc.assert(
      fc.property(fc.array(fc.tuple(path, value), { maxLength: 8 }), fc.constantFrom('utf-8' as const, 'ascii' as const, 'latin-1' as const), (values, charset) => {
        const text = xml(values, { charset });
        parse(text);
        expect(new TextDecoder(charset === 'utf-8' ? 'utf-8' : 'latin1').decode(encodeText(text, charset))).toBe(text);
      }),
      { numRuns: 300 },
    );
  });
});
