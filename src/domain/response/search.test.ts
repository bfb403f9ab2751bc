import { describe, expect, it } from 'vitest';
import { readAnswer } from './answer.ts';
import type { SearchKind } from './rule.ts';
import { isFound } from './search.ts';
import { selectTexts } from './select.ts';

function answerOf(body: string, contentType: string): ReturnType<typeof readAnswer> {
  return readAnswer({ status: 200, headers: [['content-type', contentType]], body: new TextEncoder().encode(body), bodyTruncated: false }, undefined);
}

function find(kind: SearchKind, term: string, body: string, contentType: string, path?: string): boolean {
  return isFound(answerOf(body, contentType), kind, term, path === undefined ? null : { from: 'path', path });
}

const JSON_BODY = '{"success":false,"ok":true,"n":12.50,"id":"007","items":[{"s":"no"},{"s":"Yes please"}],"tags":["x","y"],"nothing":null,"caf\\u00e9":1}';
const XML_BODY = '<?xml version="1.0"?><r xmlns="urn:r" xmlns:p="urn:p"><status code="A1">Accepted &amp; <b>sold</b></status><p:id>9</p:id><success>no</success><data><![CDATA[<in>x</in>]]></data></r>';
const HTML_BODY = '<!doctype html><html><head><script>var s="accepted"</script></head><body class="success"><p id="r">Lead <b>rejected</b></p><input name="lead" value="42"></body></html>';

describe('search, equals and matches', () => {
  it.each<[SearchKind, string, string, string, string | undefined, boolean]>([
    ['search', 'success', '{"success":false}', 'application/json', undefined, true],
    ['search', 'SUCCESS', 'unsuccessful', 'text/plain', undefined, true],
    ['equals', 'success', 'unsuccessful', 'text/plain', undefined, false],
    ['equals', 'Success', ' success\n', 'text/plain', undefined, true],
    ['equals', 'ok', '"ok"', 'application/json', undefined, true],
    ['search', 'café', JSON_BODY, 'application/json', undefined, true],
    ['equals', 'true', JSON_BODY, 'application/json', 'ok', true],
    ['search', 'true', JSON_BODY, 'application/json', 'success', false],
    ['equals', '12.5', JSON_BODY, 'application/json', 'n', true],
    ['equals', '12.500', '{"n":"12.50"}', 'application/json', 'n', true],
    ['equals', '7', JSON_BODY, 'application/json', 'id', false],
    ['search', 'yes', JSON_BODY, 'application/json', 'items.*.s', true],
    ['search', 'yes', JSON_BODY, 'application/json', 'items.0.s', false],
    ['equals', 'y', JSON_BODY, 'application/json', 'tags', true],
    ['search', 'null', JSON_BODY, 'application/json', 'nothing', false],
    ['search', 'anything', JSON_BODY, 'application/json', 'no.where', false],
    ['matches', '^yes', JSON_BODY, 'application/json', 'items.*.s', true],
    ['matches', '(?-i)^yes', JSON_BODY, 'application/json', 'items.*.s', false],
    ['search', '/y.s\\s+p/i', JSON_BODY, 'application/json', 'items.*.s', true],
    ['search', 'accepted & sold', XML_BODY, 'text/xml', '//status', true],
    ['search', '<b>', XML_BODY, 'text/xml', '//status', false],
    ['equals', 'a1', XML_BODY, 'text/xml', '/r/status/@code', true],
    ['equals', '9', XML_BODY, 'application/soap+xml', '//p:id', true],
    ['search', 'x', XML_BODY, 'text/xml', '//q:id', false],
    ['search', 'success', XML_BODY, 'text/xml', undefined, false],
    ['search', '<success>no', XML_BODY, 'text/xml', undefined, true],
    ['search', 'rejected', HTML_BODY, 'text/html', '#r', true],
    ['equals', 'lead rejected', HTML_BODY, 'text/html', 'body > p', true],
    ['equals', '42', HTML_BODY, 'text/html', 'input[name=lead]@value', true],
    ['search', 'success', HTML_BODY, 'text/html', undefined, false],
    ['search', 'accepted', HTML_BODY, 'text/html', undefined, false],
    ['search', 'class="success"', '<p class="success">no</p>', 'text/html', undefined, false],
    ['search', '<p class="success"', '<p class="success">no</p>', 'text/html', undefined, true],
    ['equals', 'ok', 'a=1&status=OK', 'application/x-www-form-urlencoded', 'status', true],
    ['equals', 'ok', 'id=5 status=OK', 'text/plain', 'status=(\\w+)', true],
    ['equals', 'ok', 'id=5&status=OK', 'text/plain', 'status', true],
    ['matches', '(a+)+$b', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', 'text/plain', undefined, false],
  ])('%s %s in %s as %s at %s: %s', (kind, term, body, contentType, path, expected) => {
    expect(find(kind, term, body, contentType, path)).toBe(expected);
  });

  it('finds in a header and a cookie', () => {
    const answer = readAnswer({ status: 200, headers: [['X-Result', 'Accepted'], ['set-cookie', 'id="a1"; Secure']], body: new Uint8Array(), bodyTruncated: false }, undefined);
    expect(isFound(answer, 'equals', 'accepted', { from: 'header', name: 'x-result' })).toBe(true);
    expect(isFound(answer, 'equals', 'a1', { from: 'cookie', name: 'id' })).toBe(true);
    expect(isFound(answer, 'search', 'a', { from: 'header', name: 'x-other' })).toBe(false);
  });
});

describe('selecting', () => {
  it('keeps XML in document order', () => {
    const body = answerOf('<r><a>1</a><b><a>2</a></b><a>3</a></r>', 'text/xml').body;
    expect(selectTexts(body, '//a')).toEqual(['1', '2', '3']);
    expect(selectTexts(body, '/r/a[last()]')).toEqual(['3']);
    expect(selectTexts(body, 'count(//a)')).toEqual(['3']);
  });

  it('reads brackets, indexes and a root list of JSON', () => {
    const body = answerOf('[{"a.b":1,"c":[[2]]}]', 'application/json').body;
    expect(selectTexts(body, '0[a.b]')).toEqual(['1']);
    expect(selectTexts(body, '*.c[0].0')).toEqual(['2']);
    expect(selectTexts(body, '$.0.c')).toEqual(['2']);
  });
});
