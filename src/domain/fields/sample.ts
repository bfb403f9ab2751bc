import { shapeOfType, type BaseFieldType, type FieldDeclarations } from './types.ts';

/** Made-up values that every reader takes for what they are; numbers and domains that nobody has. */
const SAMPLES: Readonly<Record<BaseFieldType, string>> = {
  phone: '(212) 555-0142',
  email: 'alex.sample@example.com',
  number: '1,100',
  boolean: 'yes',
  range: '10000-20000',
  date: '2030-06-02',
  dob: '1980-06-02',
  time: '2030-06-02T18:27:33Z',
  postal_code: '78704',
  state: 'TX',
  gender: 'other',
  // Numbers that begin with 9 are never given out.
  ssn: '900-12-3456',
  url: 'https://www.example.com/form',
  ip: '192.0.2.17',
  string: 'sample',
  first_name: 'Alex',
  last_name: 'Sample',
  street: '12 Sample Street',
  city: 'Austin',
  credential: 'sample-credential',
};

/** A lead's raw fields, made up by their types: for a test that brings none. */
export function sampleFields(declarations: FieldDeclarations): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(declarations).map(([name, { type }]) => {
      const { base, list } = shapeOfType(type);
      return [name, list ? [SAMPLES[base]] : SAMPLES[base]];
    }),
  );
}
