import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { webhookConfigSchema } from '../../src/channels/webhook/config.ts';
import { renderWebhook } from '../../src/channels/webhook/render.ts';
import type { FieldValue } from '../../src/domain/fields/lead.ts';
import { leadOf } from '../../src/domain/mapping/lead-of.test-support.ts';
import { decodeIndependently, fieldScalar, hostileText, target } from './arbitraries.ts';

// A name that is taken for the element of a list, or is quoted, is for the examples beside the source.
const name = fc.oneof(target.map(({ to }) => to), hostileText).filter((text) => text !== '' && text.length <= 200 && !/\.\d+$|^\[.*\]$/s.test(text));
const parameters = fc.uniqueArray(fc.record({ to: name, value: fc.oneof(fieldScalar, fc.array(fieldScalar, { maxLength: 3 })) }), { maxLength: 6, selector: ({ to }) => to });

function render(settings: Record<string, unknown>, fields: Record<string, unknown> = {}) {
  const config = webhookConfigSchema.parse({ id: 'api', type: 'webhook', url: 'https://buyer.example/in', ...settings });
  const rendered = renderWebhook({ config, lead: leadOf(fields), deliveryId: 'd-1' });
  if (!rendered.ok) throw new Error('nothing was required');
  const { url, body } = rendered.request;
  return { url, body: body === null ? '' : decodeIndependently(body, 'ascii') };
}

/** One pair for each value and for each element of a list. */
function pairs(values: { to: string; value: FieldValue }[]): [string, FieldValue][] {
  return values.flatMap(({ to, value }) => (Array.isArray(value) ? value : [value]).map((one): [string, FieldValue] => [to.toWellFormed(), one]));
}

/** The same names and texts in the same order. A number is digits all the way: buyers read `1e+21` as text. */
function expectSame(read: [string, string][], sent: [string, FieldValue][]): void {
  const expected = sent.map(([key, value], index) => {
    const text = read[index]?.[1] ?? '';
    const isSameNumber = typeof value === 'number' && /^-?\d+(?:\.\d+)?$/.test(text) && Number(text) === value;
    return [key, isSameNumber ? text : value === null ? '' : String(value).toWellFormed()];
  });
  expect(read).toEqual(expected);
}

describe('a form', () => {
  it('is read back by URLSearchParams as the same pairs in the same order', () => {
    fc.assert(
      fc.property(parameters, (map) => {
        const { body } = render({ format: 'form', map });
        expectSame([...new URLSearchParams(body)], pairs(map));
      }),
      { numRuns: 300 },
    );
  });

  it('in Latin-1 has the bytes that Latin-1 has for the text', () => {
    const latin1 = fc.string({ unit: fc.integer({ min: 1, max: 0xff }).filter((code) => code < 0x80 || code > 0x9f).map((code) => String.fromCharCode(code)), minLength: 1 });
    fc.assert(
      fc.property(latin1, (text) => {
        const { body } = render({ format: 'form', charset: 'latin-1', map: [{ to: 'a', value: text }] });
        const bytes = body.slice('a='.length).replaceAll('+', ' ').replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
        expect(bytes).toBe(text.normalize('NFC'));
      }),
    );
  });

  it('carries a whole document in one parameter, and others beside it', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (text, beside) => {
        const { body } = render({ format: 'json', map: [{ to: 'a', value: text }], wrap: { parameter: 'data', extra: { key: '{beside}' } } }, { beside });
        const [document, extra] = [...new URLSearchParams(body)];
        expect(document?.[0]).toBe('data');
        expect(JSON.parse(document?.[1] ?? '')).toEqual({ a: text });
        expect(extra).toEqual(beside.trim() === '' ? undefined : ['key', beside.toWellFormed()]);
      }),
      { numRuns: 200 },
    );
  });
});

const address = fc.constantFrom('https://buyer.example/in', 'https://buyer.example/in?', 'https://buyer.example/in?v=2&v=3', 'https://buyer.example/in?v=2&', 'https://buyer.example/in#top?x=1', 'https://buyer.example/in?v=a%20b#top');

describe('a query', () => {
  it('is read back by URL as what the address had and then the same pairs; a fragment stays', () => {
    fc.assert(
      fc.property(address, parameters, (given, map) => {
        const before = new URL(given);
        const after = new URL(render({ method: 'GET', url: given, map }).url);
        expectSame([...after.searchParams], [...before.searchParams, ...pairs(map)]);
        expect([after.origin, after.pathname, after.hash]).toEqual([before.origin, before.pathname, before.hash]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a field in a URL', () => {
  const value = fc.oneof(hostileText, fc.string({ unit: fc.constantFrom('.', '/', '\\', '?', '#', '@', ':', '%', '2e', '2E', '\r', '\n', '\t', ' ', '&', '=', '+', ';'), maxLength: 6 }));

  it('stays in its segment, parameter or fragment, and can be read there', () => {
    fc.assert(
      fc.property(value, value, value, (segment, parameter, fragment) => {
        const { url } = render({ url: 'https://buyer.example/a/{segment}/b?k={parameter}&z=1#f{fragment}', format: 'form', map: [] }, { segment, parameter, fragment });
        const read = new URL(url);
        const sent = (text: string): string => (text.trim() === '' ? '' : text.toWellFormed());
        expect(read.host).toBe('buyer.example');
        const [, first, second, ...rest] = read.pathname.split('/');
        expect([first, rest]).toEqual(['a', ['b']]);
        // "." and ".." would leave their segment even when they are escaped once.
        expect(decodeURIComponent(second ?? '')).toBe(/^\.{1,2}$/.test(segment) ? segment.replaceAll('.', '%2E') : sent(segment));
        expect(decodeURIComponent(read.hash)).toBe(`#f${/^\.{1,2}$/.test(fragment) ? fragment.replaceAll('.', '%2E') : sent(fragment)}`);
        expect([...read.searchParams]).toEqual([['k', /^\.{1,2}$/.test(parameter) ? parameter.replaceAll('.', '%2E') : sent(parameter)], ['z', '1']]);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot leave its segment together with its neighbours', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '.', '-'), (values, between) => {
        const template = values.map((_, index) => `{f${index}}`).join(between);
        const { url } = render({ url: `https://buyer.example/a/x${template}/b`, format: 'form', map: [] }, Object.fromEntries(values.map((text, index) => [`f${index}`, text])));
        expect(new URL(url).pathname.split('/')).toHaveLength(4);
      }),
      { numRuns: 300 },
    );
  });
});
