import { describe, expect, it } from 'vitest';
import { missingOrInvalid, readLead } from './read-lead.ts';
import { fieldDeclarationsSchema } from './types.ts';

const declarations = fieldDeclarationsSchema.parse({
  phone: { type: 'phone', required: true },
  email: { type: 'email' },
  dob: { type: 'dob' },
  consent: { type: 'boolean', required: true },
  sizes: { type: 'number[]', required: true },
});

function lead(fields: Record<string, unknown>) {
  return readLead({ id: 'lead-1', source: 'facebook', receivedAt: '2026-03-01T12:00:00.000Z', test: true, fields }, declarations);
}

describe('readLead', () => {
  it('types what is declared, keeps the rest, in order of arrival', () => {
    const read = lead({ zeta: 0, phone: '(512) 789-1111', constructor: ' x ', dob: '2/28/1980' });
    expect({ ...read, fields: undefined }).toEqual({ id: 'lead-1', source: 'facebook', receivedAt: '2026-03-01T12:00:00.000Z', test: true, fields: undefined });
    expect([...read.fields.keys()]).toEqual(['zeta', 'phone', 'constructor', 'dob']);
    expect([...read.fields.values()].map((field) => field.value)).toEqual([0, '5127891111', ' x ', '1980-02-28']);
    expect(read.fields.get('dob')?.parts['age']).toBe(46);
  });
});

describe('missingOrInvalid', () => {
  it('is empty when every required field can be read; an optional one may be unreadable', () => {
    expect(missingOrInvalid(lead({ phone: '5127891111', consent: false, sizes: [0], email: 'unreadable' }), declarations)).toEqual([]);
  });

  it.each([
    ['absent', {}],
    ['null', { phone: null, consent: null, sizes: null }],
    ['blank', { phone: '  ', consent: '', sizes: ['', null] }],
  ])('names required fields that are %s', (_what, fields) => {
    expect(missingOrInvalid(lead(fields), declarations).map(({ field, problem }) => [field, problem])).toEqual([
      ['phone', 'missing'],
      ['consent', 'missing'],
      ['sizes', 'missing'],
    ]);
  });

  it('says what a required field takes, and never what it was given', () => {
    const problems = missingOrInvalid(lead({ phone: 'secret-words', consent: 'secret-words', sizes: [1, 'secret-words'] }), declarations);
    expect(problems[0]).toEqual({ field: 'phone', problem: 'invalid', message: 'phone: write a US or Canadian number of ten digits, or +country code' });
    expect(problems.map(({ problem }) => problem)).toEqual(['invalid', 'invalid', 'invalid']);
    expect(JSON.stringify(problems)).not.toContain('secret-words');
  });
});
