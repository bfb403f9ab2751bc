import fc from 'fast-check';
import { leadOf } from '../../src/domain/mapping/lead-of.test-support.ts';
import type { Charset } from '../../src/domain/render/charset.ts';

/** Texts that have broken somebody's parser before. */
const NOTORIOUS = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'null', 'undefined', 'true', '0', '-0', '007', '1e3', 'NaN', '..', '.', '../..', '//evil.example',
  'a\r\nSet-Cookie: x=1', 'x\u0000y', '\ud800', '\udfff', '\ud83d', '😀', '👩‍👩‍👧', '\u202eRTL\u202c', 'שלום', 'e\u0301', 'é', 'İ', 'ß', '\ufeff', '\u2028', '\u0085', '\ufffe',
  '<a b="c">&amp;</a>', ']]>', '<!--', '-->', '<![CDATA[', '"', "'", '\\', '\\"', '%00', '%2e%2e', '%', '+', '&', '=', '?', '#', '{x}', '{{', '}}', '${x}', '[a.b]', ']', '[', ' ', '\t', '\n', '\r',
];

/** Any UTF-16 unit sequence: control characters, halves of surrogate pairs, everything beyond the first plane. */
const anyUnit = fc
  .oneof(fc.integer({ min: 0, max: 0x17f }), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0x10000, max: 0x10ffff }), fc.constantFrom(0xd800, 0xdbff, 0xdc00, 0xdfff, 0xfffe, 0xffff))
  .map((code) => String.fromCodePoint(code));

/** What nobody expects in a lead, from empty to some thousand characters. */
export const hostileText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.oneof(anyUnit, fc.constantFrom(...NOTORIOUS)), maxLength: 12 }) },
  { weight: 2, arbitrary: fc.constantFrom(...NOTORIOUS) },
  { weight: 2, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('a', ' ', '😀', '<', '"', '\ud800', 'é'), fc.integer({ min: 1, max: 3_000 })).map(([unit, count]) => unit.repeat(count)) },
);

/** What JSON intake can put into a field. */
export const fieldScalar = fc.oneof(hostileText, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null));
export const rawField = fc.oneof({ weight: 4, arbitrary: fieldScalar }, { weight: 1, arbitrary: fc.array(fieldScalar, { maxLength: 4 }) });

/** Names of fields that mappings below also ask for, and any other. */
export const FIELD_NAMES = ['a', 'b', 'a.b', 'phone', '__proto__', 'constructor', 'id', '0'] as const;
export const lead = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(...FIELD_NAMES), hostileText), rawField), { maxLength: 8 })
  // Not an object literal: there, `__proto__` would be no name.
  .map((fields) => leadOf(Object.fromEntries(fields), { phone: 'phone' }));

export const charset = fc.constantFrom<Charset>('utf-8', 'ascii', 'latin-1');

/** The bytes as another program reads them by the character set's name. A byte that the set does not have is an error. */
export function decodeIndependently(bytes: Uint8Array, charset: Charset): string {
  if (charset === 'utf-8') return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const highest = charset === 'ascii' ? 0x7f : 0xff;
  const foreign = bytes.find((byte) => byte > highest);
  if (foreign !== undefined) throw new Error(`byte ${foreign.toString(16)} is not in ${charset}`);
  return Buffer.from(bytes).toString('latin1');
}

/** One part of a target path. */
export interface Step {
  name: string;
  kind: 'key' | 'index';
}

const plainStep = fc
  .oneof({ weight: 3, arbitrary: fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', '007', '-1', '1e3') }, { weight: 1, arbitrary: hostileText.filter((text) => text.trim() !== '' && !/[.[\]]/.test(text)) })
  .filter((name) => !/^(?:0|[1-9]\d*)$/.test(name))
  .map((name) => ({ text: name, step: { name, kind: 'key' } satisfies Step, quoted: false }));
const indexStep = fc.integer({ min: 0, max: 12 }).map((index) => ({ text: String(index), step: { name: String(index), kind: 'index' } satisfies Step, quoted: false }));
const quotedStep = fc
  .oneof(fc.constantFrom('a', 'a.b', '0', 'x[y]', ' ', '__proto__'), hostileText.filter((text) => text !== '' && !/[[\]]/.test(text)))
  .map((name) => ({ text: `[${name}]`, step: { name, kind: 'key' } satisfies Step, quoted: true }));

/** A target with the steps that it stands for, so that no test needs the parser under test. */
export const target = fc.array(fc.oneof({ weight: 5, arbitrary: plainStep }, { weight: 2, arbitrary: indexStep }, { weight: 2, arbitrary: quotedStep }), { minLength: 1, maxLength: 4 }).map((steps) => ({
  // Behind a name only what would be split or counted is quoted without a dot.
  to: steps.map(({ text, step, quoted }, index) => (index === 0 || (quoted && /\.|^\d+$|[[\]]/.test(step.name)) ? text : `.${text}`)).join(''),
  steps: steps.map(({ step }): Step => step),
})).filter(({ to }) => to.length <= 500);

/** Regular expressions that compile in any dialect, nested quantifiers above all. */
export const { regularExpression } = fc.letrec<{ regularExpression: string }>((tie) => ({
  regularExpression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('a', 'b', '.', '\\w', '[^b]', '[a-c]', '\\s', 'é', '^', '$', '\\b', '(?i:A)'),
    fc.tuple(tie('regularExpression'), tie('regularExpression')).map((parts) => parts.join('')),
    fc.tuple(tie('regularExpression'), tie('regularExpression')).map((parts) => `(${parts.join('|')})`),
    fc.tuple(tie('regularExpression'), fc.constantFrom('*', '+', '?', '*?', '+?', '{2}', '{0,3}', '{1,}')).map(([inner, times]) => `(${inner})${times}`),
  ),
}));
