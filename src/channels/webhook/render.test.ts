import { describe, expect, it } from 'vitest';
import { leadOf } from '../../domain/mapping/lead-of.test-support.ts';
import { webhookConfigSchema } from './config.ts';
import { renderWebhook } from './render.ts';

const DELIVERY_ID = '00000000-0000-5000-8000-000000000001';
const LEAD = leadOf(
  { first_name: 'Zoë', city: 'Łódź', tags: ['a b', 'c'], phone: '(512) 555-0142', campaign: 'spring/../é?x', blank: '' },
  { phone: 'phone', first_name: 'first_name' },
);

function render(settings: Record<string, unknown>) {
  const config = webhookConfigSchema.parse({ id: 'api', type: 'webhook', url: 'https://buyer.example/leads', ...settings });
  const rendered = renderWebhook({ config, lead: LEAD, deliveryId: DELIVERY_ID });
  if (!rendered.ok) return { mistakes: rendered.mistakes };
  const { method, url, headers, body } = rendered.request;
  const text = body === null ? null : Buffer.from(body).toString(config.charset === 'latin-1' ? 'latin1' : 'utf8');
  return { method, url, headers: Object.fromEntries(headers), body: text, notes: rendered.notes };
}

const MAP = [
  { to: 'contact.first', from: 'first_name' },
  { to: 'contact.city', from: 'city' },
  { to: 'tags', from: 'tags' },
];

describe('renderWebhook', () => {
  it('sends every field as JSON by POST unless told otherwise', () => {
    expect(render({})).toEqual({
      method: 'POST',
      url: 'https://buyer.example/leads',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ first_name: 'Zoë', city: 'Łódź', tags: ['a b', 'c'], phone: '5125550142', campaign: 'spring/../é?x' }),
      notes: undefined,
    });
  });

  it.each([
    ['json', {}, 'application/json', '{"contact":{"first":"Zoë","city":"Łódź"},"tags":["a b","c"]}'],
    ['json', { charset: 'ascii' }, 'application/json; charset=us-ascii', '{"contact":{"first":"Zoe","city":"Lodz"},"tags":["a b","c"]}'],
    [
      'xml',
      { xml: { root: 'request' } },
      'application/xml; charset=utf-8',
      '<?xml version="1.0" encoding="UTF-8"?><request><contact><first>Zoë</first><city>Łódź</city></contact><tags>a b</tags><tags>c</tags></request>',
    ],
    ['xml', { xml: { declaration: false }, charset: 'latin-1' }, 'application/xml; charset=iso-8859-1', '<lead><contact><first>Zoë</first><city>&#x141;ód&#x17A;</city></contact><tags>a b</tags><tags>c</tags></lead>'],
    ['form', {}, 'application/x-www-form-urlencoded', 'contact.first=Zo%C3%AB&contact.city=%C5%81%C3%B3d%C5%BA&tags=a+b&tags=c'],
    [
      'json',
      { wrap: { parameter: 'data', extra: { id: '{delivery.id}', none: '{nothing}', empty: '' } } },
      'application/x-www-form-urlencoded',
      `data=${encodeURIComponent('{"contact":{"first":"Zoë","city":"Łódź"},"tags":["a b","c"]}').replaceAll('%20', '+')}&id=${DELIVERY_ID}&empty=`,
    ],
  ])('writes %s with %j', (format, settings, contentType, body) => {
    expect(render({ format, map: MAP, ...settings })).toMatchObject({ body, headers: { 'Content-Type': contentType } });
  });

  it('puts the fields into the query for GET and DELETE, keeping what the URL has', () => {
    for (const method of ['GET', 'DELETE']) {
      expect(render({ method, url: 'https://buyer.example/in?v=2', map: MAP, query: { source: '{lead.source}', none: '{nothing}' } })).toMatchObject({
        method,
        url: 'https://buyer.example/in?v=2&source=facebook&contact.first=Zo%C3%AB&contact.city=%C5%81%C3%B3d%C5%BA&tags=a%20b&tags=c',
        headers: {},
        body: null,
      });
    }
  });

  it('escapes a field for its place in URL and headers, and sends no blank header', () => {
    const { url, headers } = render({ url: 'https://buyer.example/{campaign}/in', headers: { 'X-Campaign': '{campaign}', 'X-None': '{nothing}', 'content-type': 'text/json' } });
    expect(url).toBe('https://buyer.example/spring%2F..%2F%C3%A9%3Fx/in');
    expect(headers).toEqual({ 'X-Campaign': 'spring/../é?x', 'content-type': 'text/json' });
  });

  it('names a required mapping without a value, and a condition that cannot be evaluated', () => {
    expect(render({ map: [{ to: 'ssn', from: 'ssn', required: true }] })).toMatchObject({ mistakes: [{ to: 'ssn' }] });
    expect(render({ map: [...MAP, { to: 'x', value: 1, when: 'lead.city > 5' }] }).notes).toHaveLength(1);
  });
});
