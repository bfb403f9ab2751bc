import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BARE_INSTALLATION } from '../../src/channels/installation.ts';
import { previewDelivery } from '../../src/channels/preview.ts';
import { boundChannelOf } from '../../src/channels/registry.ts';
import { FIELD_TYPES, type FieldDeclarations } from '../../src/domain/fields/types.ts';
import { leadOf } from '../../src/domain/mapping/lead-of.test-support.ts';
import { isSensitive, leadRedactions, maskDateOfBirth, maskLead, maskText, Redactions } from '../../src/domain/masking/mask.ts';
import { hostileText, rawField } from './arbitraries.ts';

const dates = fc.oneof(fc.constantFrom('1980-05-17', '5/17/80', '05171980', '19800517', 'May 17 1980', '17 May, 1980 10:00', '1980-05-17T00:00:00Z', '********1980', '12012012', '1980 1980', '١٩٨٠'), hostileText);
const declarations: fc.Arbitrary<FieldDeclarations> = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'constructor'),
  fc.record({ type: fc.constantFrom(...FIELD_TYPES, ...FIELD_TYPES.map((type) => `${type}[]` as const)), required: fc.constant(false), sensitive: fc.constantFrom(undefined, true, false) }),
);
const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor'), fc.oneof(rawField, dates, fc.jsonValue()));

/** Letters with marks are looked for without them too: `é` as `e`. */
const isAlsoFoundOtherwise = (text: string) => /[^a-z]/.test(text);

describe('masking', () => {
  it('twice changes nothing, and keeps the length and every null', () => {
    fc.assert(
      fc.property(dates, hostileText, (date, text) => {
        expect(maskText(text)).toBe('*'.repeat(text.length));
        const once = maskDateOfBirth(date);
        expect(maskDateOfBirth(once)).toBe(once);
        expect(once).toHaveLength(date.length);
      }),
      { numRuns: 500 },
    );
    expect(maskDateOfBirth(null)).toBeNull();
  });

  it('of a date of birth leaves four digits at most', () => {
    fc.assert(
      fc.property(dates, (date) => {
        expect((maskDateOfBirth(date).match(/[\p{L}\p{N}]/gu) ?? []).length).toBeLessThanOrEqual(4);
      }),
      { numRuns: 500 },
    );
  });

  it('of a lead twice changes nothing; the fields that are not sensitive are the same', () => {
    fc.assert(
      fc.property(fields, declarations, (raw, declared) => {
        const lead = leadOf(raw, Object.fromEntries(Object.entries(declared).map(([name, { type }]) => [name, type])));
        const once = maskLead(lead, declared);
        expect(maskLead(once, declared)).toEqual(once);
        for (const [name, field] of lead.fields) {
          const declaration = Object.hasOwn(declared, name) ? declared[name] : undefined;
          if (declaration === undefined || !isSensitive(declaration)) expect(once.fields.get(name)).toBe(field);
          else if (field.value === null) expect(once.fields.get(name)?.value).toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('hides each text and nothing else, with the length kept, and twice changes nothing', () => {
    const hiddenText = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), minLength: 4, maxLength: 7 });
    const around = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', 'c') });
    fc.assert(
      fc.property(fc.array(hiddenText, { maxLength: 4 }), fc.array(fc.oneof(around, hiddenText), { maxLength: 6 }), (hidden, pieces) => {
        // A text that ends within a character is not one that anybody types.
        const text = [...pieces, ...hidden.map((value) => value.slice(1))].join('');
        const redactions = Redactions.of(hidden);
        const redacted = redactions.redact(text);
        expect(redacted).toHaveLength(text.length);
        expect(redactions.redact(redacted)).toBe(redacted);
        for (let at = 0; at < text.length; at += 1) {
          const isHidden = hidden.some((value) => Array.from({ length: value.length }, (_, back) => at - back).some((start) => start >= 0 && text.startsWith(value, start)));
          if (isHidden) expect(redacted[at]).toBe('*');
          else if (!hidden.some(isAlsoFoundOtherwise)) expect(redacted[at]).toBe(text[at]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('finds a sensitive text in whatever a buyer makes of it', () => {
    const secretText = fc.string({ unit: fc.constantFrom('a', '1', '"', '&', '<', '>', "'", '/', '\\', ' ', '+', 'é', '😀', '(', '!'), minLength: 6, maxLength: 12 }).filter((text) => text.trim().length >= 6);
    fc.assert(
      fc.property(secretText, (text) => {
        const redactions = leadRedactions(leadOf({ x: text }, { x: 'credential' }), { x: { type: 'credential', required: false } });
        const echoes = [text, JSON.stringify(text), encodeURIComponent(text), new URLSearchParams({ v: text }).toString(), text.trim()];
        for (const echo of echoes) {
          const found = redactions.redact(echo);
          expect(found.split('*').length - 1).toBeGreaterThanOrEqual(text.trim().length);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a preview', () => {
  it('is made of any lead and any answer without a throw, and shows no secret', () => {
    const secret = 'S3cret-&-"tok"/en';
    const where = fc.constantFrom({ auth: { type: 'bearer', token: secret } }, { auth: { type: 'basic', username: 'u', password: secret } }, { auth: { type: 'query', name: 'key', value: secret } }, { headers: { 'X-Key': secret } }, { query: { key: secret } }, { map: [{ to: 'key', value: secret }] });
    const format = fc.constantFrom('json', 'xml', 'form', 'query');
    // So much before the echo that an excerpt cuts it: by what is shown, or by what is looked at.
    const beforeACut = fc.oneof(
      fc.integer({ min: 270, max: 310 }).map((length) => 'x'.repeat(length)),
      fc.integer({ min: 2_970, max: 3_010 }).map((length) => ' '.repeat(length)),
    );
    fc.assert(
      fc.property(where, format, fields, fc.oneof(hostileText, beforeACut), (settings, written, raw, said) => {
        const destination = boundChannelOf('webhook').configSchema.parse({ id: 'api', type: 'webhook', url: 'https://buyer.example/in', format: written, ...settings });
        const answer = { status: 400, headers: [['X-Echo', secret] as [string, string]], body: new TextEncoder().encode(`${said} ${secret}`), bodyTruncated: false };
        const preview = previewDelivery({ destination, secretValues: [secret], lead: leadOf(raw), deliveryId: 'd-1', answer, installation: BARE_INSTALLATION, now: new Date(0) });
        expect(preview.request).not.toBeNull();
        const shown = JSON.stringify(preview);
        for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), Buffer.from(`u:${secret}`).toString('base64')]) expect(shown).not.toContain(form);
        expect(shown).not.toContain('S3cr');
      }),
      { numRuns: 200 },
    );
  });
});
