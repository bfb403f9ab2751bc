import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLead } from '../fields/read-lead.ts';
import type { FieldDeclarations } from '../fields/types.ts';
import { fieldDeclarationsSchema } from '../fields/types.ts';
import { isSensitive, leadRedactions, maskDateOfBirth, maskLead, maskText, Redactions } from './mask.ts';

function lead(fields: Record<string, unknown>, declarations: FieldDeclarations) {
  return readLead({ id: 'lead-1', source: 'facebook', receivedAt: '2026-03-01T12:00:00.000Z', test: false, fields }, declarations);
}

describe('maskText', () => {
  it('hides every character, keeps the length, and is done after once', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const masked = maskText(text);
        expect(masked).toMatch(/^\**$/);
        expect(masked).toHaveLength(text.length);
        expect(maskText(masked)).toBe(masked);
      }),
    );
  });
});

describe('maskDateOfBirth', () => {
  it.each([
    ['1980-05-17', '1980-**-**'],
    ['05/17/1980', '**/**/1980'],
    ['05171980', '****1980'],
    ['19800517', '1980****'],
    ['12012012', '****2012'],
    ['May 17, 1980', '*** **, 1980'],
    ['5/17/80', '*******'],
    ['1980', '****'],
    ['6789', '****'],
    ['born in 1980', '************'],
    ['', ''],
    [null, null],
  ])('turns %j into %j, and leaves that alone', (value, masked) => {
    expect(maskDateOfBirth(value)).toBe(masked);
    expect(maskDateOfBirth(masked)).toBe(masked);
  });

  it('keeps the length and is done after once, whatever it is given', () => {
    const dates = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[-0129/* ]{0,14}$/), dates), (text) => {
        const masked = maskDateOfBirth(text);
        expect(masked).toHaveLength(text.length);
        expect(maskDateOfBirth(masked)).toBe(masked);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('isSensitive', () => {
  it('goes by the type unless the declaration decides', () => {
    expect((['ssn', 'dob', 'credential', 'ssn[]'] as const).every((type) => isSensitive(type))).toBe(true);
    expect((['phone', 'email[]', 'string'] as const).some((type) => isSensitive(type))).toBe(false);
    expect(isSensitive({ type: 'phone', required: false, sensitive: true })).toBe(true);
    expect(isSensitive({ type: 'dob', required: false })).toBe(true);
    expect(isSensitive({ type: 'dob', required: false, sensitive: false })).toBe(false);
  });
});

const declarations = fieldDeclarationsSchema.parse({
  ssn: { type: 'ssn' },
  dob: { type: 'dob' },
  income: { type: 'number', sensitive: true },
  phone: { type: 'phone', sensitive: true },
  codes: { type: 'credential[]' },
  homeowner: { type: 'boolean', sensitive: true },
  city: { type: 'city' },
});

const sample = lead(
  { ssn: '219-09-9999', dob: '5/17/1980', income: 52000, phone: '(512) 789-1111', codes: ['ab', 'pass<word'], homeowner: true, city: 'Austin', note: 'kept' },
  declarations,
);

describe('maskLead', () => {
  const masked = maskLead(sample, declarations);

  it('masks raw value, normal form and parts of sensitive fields, and nothing else', () => {
    expect(masked.fields.get('ssn')).toEqual({ type: 'ssn', raw: '***********', valid: true, value: '*********', parts: {} });
    expect(masked.fields.get('dob')).toEqual({ type: 'dob', raw: '*/**/1980', valid: true, value: '1980-**-**', parts: { year: '1980', month: '*', day: '**', age: '**' } });
    expect(masked.fields.get('income')).toMatchObject({ raw: '*****', value: '*****' });
    expect(masked.fields.get('codes')).toMatchObject({ raw: ['**', '*********'], value: ['**', '*********'] });
    expect(masked.fields.get('homeowner')).toMatchObject({ raw: '****', value: '****' });
    expect(masked.fields.get('phone')?.parts).toMatchObject({ area: '***', extension: null });
    expect(masked.fields.get('city')).toEqual(sample.fields.get('city'));
    expect(masked.fields.get('note')).toEqual(sample.fields.get('note'));
    expect([...masked.fields.keys()]).toEqual([...sample.fields.keys()]);
  });

  it('changes nothing the second time, and leaves nulls', () => {
    expect(maskLead(masked, declarations)).toEqual(masked);
    const empty = maskLead(lead({ ssn: null, dob: 'unknown' }, declarations), declarations);
    expect(empty.fields.get('ssn')).toMatchObject({ raw: null, value: null });
    expect(empty.fields.get('dob')).toMatchObject({ raw: '*******', value: null });
  });

  it('gives a lead without sensitive fields back as it is', () => {
    const open = lead({ city: 'Austin', note: 'kept' }, declarations);
    expect(maskLead(open, declarations)).toBe(open);
  });
});

describe('the redactions of a lead', () => {
  const redactions = leadRedactions(sample, declarations);

  it.each([
    'ssn 219-09-9999',
    'ssn 219 09 9999',
    'ssn 219.09.9999',
    'ssn=219099999',
    '{"dob":"1980-05-17"}',
    '{"dob":"05\\/17\\/1980"}',
    'dob=05%2F17%2F1980',
    'phone=%28512%29+789-1111',
    'phone=(512)%20789-1111',
    '+15127891111',
    '512-789-1111',
    '<code>pass&lt;word</code>',
    'income: 52000',
  ])('hide what an answer repeats: %s', (answer) => {
    const redacted = redactions.redact(answer);
    expect(redacted).toHaveLength(answer.length);
    expect(redacted).toMatch(/\*{4}/);
    expect(redacted.replace(/\D/g, '')).toMatch(/^1?$/);
    expect(redacted).not.toContain('word');
  });

  it('leave the rest of an answer alone', () => {
    const answer = '{"ok":true,"city":"Austin","code":"ab","id":"lead-1"}';
    expect(redactions.redact(answer)).toBe(answer);
    expect(leadRedactions(lead({ city: 'Austin', ssn: null }, declarations), declarations).redact(answer)).toBe(answer);
  });

  it.each([
    ['one very long value', { ssn: 'a'.repeat(100_000) }],
    ['a list of very many', { codes: Array.from({ length: 20_000 }, (_, index) => `code-${index}`) }],
  ])('hide every text as a whole for %s', (_, fields) => {
    const everything = leadRedactions(lead(fields, declarations), declarations);
    expect(everything.hidesEverything).toBe(true);
    expect(everything.redact('a note')).toBe('******');
    expect(Redactions.of(['other']).with(everything).redact('a note')).toBe('******');
  });
});
