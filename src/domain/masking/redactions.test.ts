import { describe, expect, it } from 'vitest';
import { percentEncode } from '../render/form.ts';
import { Redactions } from './redactions.ts';

const SECRET = 'geheim/wört<"&>’';
const json = JSON.stringify(SECRET).slice(1, -1);
const bytes = Buffer.from(SECRET, 'utf8');
const escaped = (text: string, escape: (code: number) => string) => Array.from({ length: text.length }, (_, at) => escape(text.charCodeAt(at))).join('');
const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0');
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
const ascii = (text: string) => text.replace(/[^ -~]/g, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);

describe('a hidden text', () => {
  it.each([
    ['as it is', SECRET],
    ['in capitals', 'GEHEIM/WöRT<"&>’'],
    ['in JSON', json],
    ['in JSON of PHP', ascii(json).replaceAll('/', '\\/')],
    ['in JSON of Python', ascii(json)],
    ['in JSON of Go', json.replaceAll('&', '\\u0026').replaceAll('<', '\\u003c').replaceAll('>', '\\u003e')],
    ['in JSON within JSON', JSON.stringify(json).slice(1, -1)],
    ['in JSON escaped as a whole', escaped(SECRET, (code) => `\\u${hex(code, 4)}`)],
    ['in bytes of Python', [...bytes].map((byte) => `\\x${hex(byte, 2)}`).join('')],
    ['in XML', 'geheim/wört&lt;&quot;&amp;&gt;’'],
    ['in decimal references', escaped(SECRET, (code) => `&#${code};`)],
    ['in hexadecimal references', escaped(SECRET, (code) => `&#x${hex(code, 4)};`)],
    ['in a form', percentEncode(SECRET, 'utf-8', '+')],
    ['in JSON within a form', percentEncode(json, 'utf-8', '+')],
    ['in XML within a form', percentEncode('geheim/wört&lt;"&amp;&gt;’', 'utf-8', '+')],
    ['by encodeURIComponent', encodeURIComponent(SECRET)],
    ['percent-encoded as a whole', [...bytes].map((byte) => `%${hex(byte, 2)}`).join('')],
    ['percent-encoded twice', encodeURIComponent(encodeURIComponent(SECRET))],
    ['by JavaScript’s escape', 'geheim/w%F6rt%3C%22%26%3E%u2019'],
    ['read as Latin-1', bytes.toString('latin1')],
    ['in base64', base64(SECRET)],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
    ['in hex', bytes.toString('hex')],
    ['in capital hex', bytes.toString('hex').toUpperCase()],
    ['in hex with colons', [...bytes].map((byte) => hex(byte, 2)).join(':')],
    ['in hex as .NET writes it', [...bytes].map((byte) => hex(byte, 2).toUpperCase()).join('-')],
  ])('is found %s', (_, text) => {
    const shown = Redactions.of([SECRET]).redact(`key=${text};`);
    expect(shown).toHaveLength(text.length + 5);
    expect(shown).toMatch(/^key=\*+=*;$/);
  });

  it.each([0, 1, 2])('is found in base64 behind other bytes: %i', (before) => {
    for (const after of ['', 'x', 'xy']) {
      const text = base64(`${'u'.repeat(before)}${SECRET}${after}`);
      const shown = Redactions.of([SECRET]).redact(text);
      const legible = Buffer.from(shown.replaceAll('*', 'A'), 'base64').toString('latin1').replaceAll('\0', '');
      expect(legible.length).toBeLessThanOrEqual(before + after.length);
    }
  });

  it('is found in base64 that is written in lines, and in base64 of JSON, of a form and of base64', () => {
    const whole = base64(`user:${SECRET}`);
    const within = [whole.replace(/(.{8})/g, '$1\r\n'), base64(JSON.stringify({ key: SECRET })), base64(`key=${encodeURIComponent(SECRET)}`)];
    for (const text of within) expect(Redactions.of([SECRET]).redact(text)).toMatch(/\*{20}/);
    expect(Redactions.of([whole]).redact(base64(`{"authorization":"Basic ${whole}"}`))).toMatch(/\*{30}/);
  });

  it('is found in base64 within a form or JSON, and with the signs of URLs', () => {
    // Its base64 is Pj4+Pz8/fn5+.
    const redactions = Redactions.of(['>>>???~~~']);
    for (const text of ['Pj4%2BPz8%2Ffn5%2B', 'Pj4+Pz8\\/fn5+', 'Pj4-Pz8_fn5-', 'Pj4\\u002bPz8\\u002ffn5\\u002b']) expect(redactions.redact(text)).toBe('*'.repeat(text.length));
  });

  it('is found in bytes of UTF-16 that were read one by one', () => {
    for (const wide of [Buffer.from('a made-up key', 'utf16le'), Buffer.from('a made-up key', 'utf16le').swap16()]) {
      expect(Redactions.of(['a made-up key']).redact(wide.toString('latin1'))).toMatch(/^\0?\*{25}\0?$/);
    }
  });

  it('is found within base64 in whatever form', () => {
    for (const text of [bytes.toString('hex'), encodeURIComponent(SECRET), ascii(json), base64(`user:${SECRET}`)]) {
      expect(Redactions.of([SECRET]).redact(`said: ${base64(`{"x":"${text}"}`)}`)).toMatch(/^said: \w*\*{30,}\w*=*$/);
    }
  });

  it('of many lines is found however often it is asked for', () => {
    const key = `-----BEGIN MADE-UP KEY-----\n${'c2VjcmV0+/'.repeat(60)}\n-----END MADE-UP KEY-----\n`;
    const keys = [key];
    const repeated = JSON.stringify({ key });
    for (let time = 0; time < 2; time += 1) expect(Redactions.of(keys).redact(repeated)).not.toContain('c2Vj');
    expect(Redactions.of([`${key}x`]).redact(JSON.stringify({ key: `${key}x` }))).not.toContain('x"');
  });

  it('of fewer than four characters is not looked for', () => {
    expect(Redactions.of(['abc', '']).redact('abc')).toBe('abc');
  });

  it('is found to the end where two overlap', () => {
    expect(Redactions.of(['ababa']).redact('xabababay')).toBe('x*******y');
    expect(Redactions.of(['12345', '23456']).redact('123456')).toBe('******');
  });
});

describe('the parts of a credential', () => {
  const ADDRESS = 'https://user:pass-word@hooks.example/hooks/catch/1234567/made-up/?token=s3cr%2Ft&mode=a#frag-ment';

  it.each([
    ['the path that a 404 quotes', 'Cannot POST /hooks/catch/1234567/made-up/?token=s3cr%2Ft&mode=a'],
    ['the path alone', 'Not found: /hooks/catch/1234567/made-up'],
    ['the path without its slash', 'no route for hooks/catch/1234567/made-up/'],
    ['a segment', 'unknown hook 1234567'],
    ['a parameter, decoded', 'bad token s3cr/t'],
    ['the password', 'bad login pass-word'],
  ])('of an address that is secret as a whole are hidden: %s', (_, answer) => {
    const shown = Redactions.of([ADDRESS]).redact(answer);
    for (const part of ['1234567', 'made-up', 's3cr', 'pass-word']) expect(shown).not.toContain(part);
    expect(shown).toMatch(/\*{6}/);
  });

  it('are the password of Basic, and the keys of a key file', () => {
    const header = `Basic ${base64('ada:pass-word')}`;
    expect(Redactions.of([header]).redact(`${base64('ada:pass-word')} and pass-word of ada`)).toBe(`${'*'.repeat(20)} and ********* of ada`);
    const file = JSON.stringify({ client_email: 'robot@example.com', private_key: 'made-up-key' });
    expect(Redactions.of([file]).redact('made-up-key of robot@example.com')).toBe('*********** of robot@example.com');
  });
});

describe('a text that was cut', () => {
  const redactions = Redactions.of(['900-55-0123', 'wörter/geheim']);

  it.each([
    ['SSN 900-5…', 9, 'SSN *****…'],
    ['SSN 900…', 7, 'SSN 900…'],
    ['900-55', 6, '******'],
    ['key w%C3%B6rte', 14, 'key **********'],
    ['key w%C3%B6rter%2', 17, 'key *************'],
    ['key "w\\u00f6rter\\', 17, `key "${'*'.repeat(12)}`],
    ['key w&ouml;', 11, 'key w&ouml;'],
    ['900&#45;55&#4', 13, '*************'],
  ])('has nothing left of a hidden text: %s', (text, cut, shown) => {
    expect(redactions.redact(text, [cut])).toBe(shown);
  });

  it('within a character that is percent-encoded in several bytes is hidden to the cut', () => {
    expect(Redactions.of(['schlüssel']).redact('schl%C3', [7])).toBe('*******');
    expect(Redactions.of(['key 😀 here']).redact('key%20%F0%9F%98…', [15])).toBe(`${'*'.repeat(15)}…`);
  });

  it('in several places is hidden before each', () => {
    expect(redactions.redact('a 900-5… b 900-55…', [7, 17])).toBe('a *****… b ******…');
  });
});
