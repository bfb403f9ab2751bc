import { describe, expect, it } from 'vitest';
import { parseBody } from './body.ts';
import { decodeText } from './decode.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le'));

describe('content types', () => {
  it.each([
    ['application/json', '{"a":1}', 'json'],
    ['application/problem+json; charset=utf-8', '{"a":1}', 'json'],
    ['text/json', '"ok"', 'json'],
    ['application/vnd.api+JSON', '1', 'json'],
    ['application/json', '{"a"', 'unreadable'],
    ['application/json', 'OK', 'unreadable'],
    ['application/json', '<r><s>ok</s></r>', 'xml'],
    ['application/json', '<html><p>Sign in</p></html>', 'unreadable'],
    ['text/xml', '<a/>', 'xml'],
    ['application/soap+xml', '<a/>', 'xml'],
    ['text/xml', '{"a":1}', 'json'],
    ['text/xml', '<a>&nbsp;</a>', 'unreadable'],
    ['text/xml', '<!DOCTYPE a><a/>', 'unreadable'],
    ['text/html', '<p>ok', 'html'],
    ['application/xhtml+xml', '<html><body/></html>', 'html'],
    ['text/html', '{"a":1}', 'json'],
    ['text/html', '<?xml version="1.0"?>\n<r><s>ok</s></r>', 'xml'],
    ['text/html', '<strong>ok</strong>', 'html'],
    ['text/html; charset=utf-8', 'SUCCESS id=5', 'text'],
    ['text/plain', '{"a":1}', 'json'],
    ['text/plain', '<r/>', 'xml'],
    ['text/plain', 'true', 'text'],
    ['text/plain', 'a < b', 'text'],
    ['application/x-www-form-urlencoded', 'a=1&b=2', 'form'],
    ['application/x-www-form-urlencoded', '{"a":1}', 'json'],
    [undefined, '{"a":1}', 'json'],
    [undefined, 'status=ok&id=5', 'form'],
    [undefined, '<html></html>', 'html'],
    ['application/octet-stream', '<r/>', 'xml'],
    [';;;=nonsense', 'hello', 'text'],
    ['application/json', ' \n', 'text'],
  ])('%s with %s is %s', (contentType, body, kind) => {
    expect(parseBody(utf8(body), contentType, undefined).kind).toBe(kind);
  });

  it('as overrides it', () => {
    expect(parseBody(utf8('{"a":1}'), 'application/json', 'text').kind).toBe('text');
    expect(parseBody(utf8('a=1'), 'text/html', 'form').kind).toBe('form');
    expect(parseBody(utf8('true'), 'text/plain', 'json')).toMatchObject({ kind: 'json', value: true });
    expect(parseBody(utf8('nope'), undefined, 'json')).toMatchObject({ kind: 'unreadable', format: 'json' });
  });

  it('keeps integers that a number would round', () => {
    const body = parseBody(utf8('{"id":12345678901234567890,"s":"a \\" 12345678901234567890","n":-1.5e3}'), 'application/json', undefined);
    expect(body).toMatchObject({ kind: 'json', value: { id: '12345678901234567890', s: 'a " 12345678901234567890', n: -1500 } });
  });
});

describe('charsets', () => {
  it.each<[string, Uint8Array, string | null, string]>([
    ['UTF-8', utf8('café'), null, 'café'],
    ['a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8('{}')), null, '{}'],
    ['a mark against the header', Uint8Array.of(0xff, 0xfe, ...utf16('é')), 'iso-8859-1', 'é'],
    ['the header', latin1('caf\u00e9'), 'iso-8859-1', 'café'],
    ['an XML declaration', latin1('<?xml version="1.0" encoding="ISO-8859-1"?><a>\u00e9</a>'), null, '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'],
    ['UTF-16 declared and not meant', utf8('<?xml version="1.0" encoding="utf-16"?><a>é</a>'), null, '<?xml version="1.0" encoding="utf-16"?><a>é</a>'],
    ['UTF-16 without a mark', utf16('{"a":1}'), null, '{"a":1}'],
    ['bytes that are no UTF-8', latin1('caf\u00e9 \u0093x\u0094'), null, 'café “x”'],
    ['a charset nobody knows', utf8('é'), 'x-nonsense', 'é'],
    ['a character cut in two', utf8('abcé').subarray(0, 4), null, 'abc'],
  ])('%s', (_, bytes, charset, expected) => {
    expect(decodeText(bytes, charset)).toBe(expected);
  });
});
