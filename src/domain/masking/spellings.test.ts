import { describe, expect, it } from 'vitest';
import { percentEncode } from '../render/form.ts';
import { blot } from './blot.ts';
import { spellingsOf } from './spellings.ts';

const SECRET = 'geheim/wört<"&>’';

const ascii = (json: string) => json.replace(/[^ -~]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
const json = JSON.stringify(SECRET).slice(1, -1);

describe('the spellings of a hidden text', () => {
  it.each([
    ['as it is', SECRET],
    ['JSON', json],
    ['JSON of PHP', ascii(json).replaceAll('/', '\\/')],
    ['JSON of Python', ascii(json)],
    ['JSON of Go', json.replaceAll('&', '\\u0026').replaceAll('<', '\\u003c').replaceAll('>', '\\u003e')],
    ['XML', 'geheim/wört&lt;&quot;&amp;&gt;’'],
    ['a form', percentEncode(SECRET, 'utf-8', '+')],
    ['JSON within a form', percentEncode(json, 'utf-8', '+')],
    ['XML within a form', percentEncode('geheim/wört&lt;"&amp;&gt;’', 'utf-8', '+')],
    ['a URL in Latin-1', percentEncode('geheim/wört', 'latin-1', '%20')],
    ['a URL by encodeURIComponent', encodeURIComponent(SECRET)],
  ])('cover %s', (where, text) => {
    const hidden = spellingsOf(where === 'a URL in Latin-1' ? 'geheim/wört' : SECRET);
    expect(blot(`key=${text};`, hidden)).toBe(`key=${'*'.repeat(text.length)};`);
  });

  it('are those of a key of many lines too, however often it is asked for', () => {
    const key = `-----BEGIN MADE-UP KEY-----\n${'c2VjcmV0+/'.repeat(60)}\n-----END MADE-UP KEY-----\n`;
    const echoed = JSON.stringify({ key });
    for (let time = 0; time < 2; time += 1) expect(blot(echoed, spellingsOf(key))).not.toContain('c2Vj');
    expect(blot(JSON.stringify({ key: `${key}x` }), spellingsOf(`${key}x`))).not.toContain('x"');
  });
});
