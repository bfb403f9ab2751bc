import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeRequest } from '../../src/channels/webhook/complete.ts';
import { webhookConfigSchema } from '../../src/channels/webhook/config.ts';
import { renderWebhook } from '../../src/channels/webhook/render.ts';
import { leadOf } from '../../src/domain/mapping/lead-of.test-support.ts';
import { mergeHeaders } from '../../src/domain/render/headers.ts';
import { hostileText } from './arbitraries.ts';

const smuggled = fc.oneof(hostileText, fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\r\nX-Evil: 1', '\u0000', '\u0085', '\u2028', '\u2029', '\t', ' ', '\u010a', '\u560a', '😀', '\ud800', 'é', '€') }));
const name = fc.oneof(fc.constantFrom('X-A', 'x-a', 'X-B', 'content-type', 'Idempotency-Key', '__proto__', 'constructor', "x!#$%&'*+.^_`|~9"), fc.stringMatching(/^[A-Za-z-]{1,10}$/));

function expectSafe(headers: (readonly [string, string])[]): void {
  for (const [header, value] of headers) {
    expect(header + value).not.toMatch(/[\r\n\u0000]/);
    expect(value).toMatch(/^[\u0020-\u007e\u00a0-\u00ff]+$/);
  }
  const names = headers.map(([header]) => header.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  // The rules of fetch are another's: it throws on what may not stand in a header.
  new Headers(headers.map(([header, value]) => [header, value]));
}

describe('headers', () => {
  it('of a request hold no line break and no NUL, whatever the lead and the configuration say', () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(fc.constantFrom('{x}', 'a{x}b{y}', '{delivery.id}', ' {x} '), smuggled.filter((text) => !/[{}]/.test(text))), { maxKeys: 5 }), smuggled, smuggled, smuggled, (headers, x, y, secret) => {
        const config = webhookConfigSchema.parse({ id: 'api', type: 'webhook', url: 'https://buyer.example/in', headers, auth: { type: 'basic', username: `u${secret}`, password: secret } });
        const rendered = renderWebhook({ config, lead: leadOf({ x, y }), deliveryId: 'd-1' });
        if (!rendered.ok) throw new Error('nothing was required');
        expectSafe(rendered.request.headers);
        const credentials = { headers: [['X-Key', secret], ['X-A', secret]] as [string, string][], parameters: [] };
        expectSafe(completeRequest({ config, request: rendered.request, deliveryId: 'd-1', sentAt: new Date(0), credentials }).headers);
      }),
      { numRuns: 500 },
    );
  });

  it('merge without case: the last that is not blank has the place of the first', () => {
    const pair = fc.tuple(name, fc.oneof(fc.constantFrom('', ' ', 'a', 'b', 'c'), smuggled));
    fc.assert(
      fc.property(fc.array(fc.array(pair, { maxLength: 4 }), { maxLength: 3 }), (groups) => {
        const merged = mergeHeaders(...groups);
        expectSafe(merged);
        const sent = groups.flat().filter(([, value]) => mergeHeaders([['X', value]]).length === 1);
        const order = [...new Set(sent.map(([header]) => header.toLowerCase()))];
        expect(merged.map(([header]) => header.toLowerCase())).toEqual(order);
        for (const [header, value] of merged) {
          const last = sent.findLast(([other]) => other.toLowerCase() === header.toLowerCase());
          expect(mergeHeaders([last ?? ['X', 'x']])).toEqual([[header, value]]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keep printable ASCII as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1 }).filter((text) => text.trim() !== ''), (text) => {
        expect(mergeHeaders([['X', text]])).toEqual([['X', text.trim()]]);
      }),
    );
  });
});
