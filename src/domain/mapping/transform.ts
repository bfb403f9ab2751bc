import { createHash } from 'node:crypto';
import { compilePattern } from '../conditions/pattern.ts';
import type { FieldValue } from '../fields/lead.ts';
import { formatNumber } from './number.ts';
import type { Transform } from './transform-schema.ts';
import { isEmptyValue, valueText } from './value.ts';

/**
 * Characters times instructions that one transformation may look at, about a second of work. Each hit of a pattern may
 * look at all the rest of a text, so that a long text with many hits could keep a worker for hours.
 */
const MAX_STEPS = 100_000_000;

/** A pattern would take too long on this text. Nothing is sent then: half a replacement would be wrong data. */
export class TooMuchWork extends Error {
  override name = 'TooMuchWork';
}

/** What is left of `MAX_STEPS`, for all elements of a list together. */
interface Work {
  stepsLeft: number;
}

/** Does the transformations in order. Nothing stays nothing, but for `default`. Lists are transformed element by element. Throws `TooMuchWork`. */
export function applyTransforms(value: FieldValue | undefined, transforms: readonly Transform[]): FieldValue | undefined {
  return transforms.reduce<FieldValue | undefined>((current, transform) => applyTransform(current, transform), value);
}

function applyTransform(value: FieldValue | undefined, transform: Transform): FieldValue | undefined {
  if (value === undefined || isEmptyValue(value)) {
    return typeof transform === 'object' && 'default' in transform ? transform.default : value;
  }
  if (typeof transform === 'object' && 'join' in transform) {
    return Array.isArray(value) ? value.map((element) => valueText(element)).join(transform.join) : value;
  }
  const work = { stepsLeft: MAX_STEPS };
  return eachElement(value, (element) => transformElement(element, transform, work));
}

function eachElement(value: FieldValue, change: (element: FieldValue) => FieldValue): FieldValue {
  return Array.isArray(value) ? value.map((element) => eachElement(element, change)) : value === null ? null : change(value);
}

function transformElement(value: FieldValue, transform: Transform, work: Work): FieldValue {
  const text = valueText(value);
  switch (transform) {
    // A number has no case and no blanks: it stays a number.
    case 'uppercase':
      return keepType(value, text.toUpperCase());
    case 'lowercase':
      return keepType(value, text.toLowerCase());
    case 'title':
      return keepType(value, titleCase(text));
    case 'trim':
      return keepType(value, text.trim());
    case 'digits':
      return text.replace(/\D/g, '');
    case 'md5':
    case 'sha1':
    case 'sha256':
      return createHash(transform).update(text, 'utf8').digest('hex');
    default:
      return transformWithSettings(value, text, transform, work);
  }
}

function transformWithSettings(value: FieldValue, text: string, transform: Exclude<Transform, string>, work: Work): FieldValue {
  if ('truncate' in transform) return Array.from(text).slice(0, transform.truncate).join('');
  if ('replace' in transform) {
    const { replace } = transform;
    return 'search' in replace ? text.replaceAll(replace.search, () => replace.with) : replacePattern(text, replace.pattern, replace.with, work);
  }
  if ('substring' in transform) {
    const { start, length } = transform.substring;
    const rest = Array.from(text).slice(start);
    return (length === undefined ? rest : rest.slice(0, length)).join('');
  }
  if ('lookup' in transform) return lookUp(value, text, transform.lookup);
  if ('number' in transform) return formatNumber(value, transform.number);
  if ('split' in transform) return text.split(transform.split);
  return value;
}

function keepType(value: FieldValue, text: string): FieldValue {
  return text === valueText(value) ? value : text;
}

/** Words begin after a blank or a hyphen, and after the apostrophe of O' and D' (O'Brien, but not Don'T). */
function titleCase(text: string): string {
  return text
    .toLowerCase()
    .replace(/(^|[^\p{L}\p{N}'’])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase())
    .replace(/(^|[^\p{L}])([OD]['’])(\p{L})/gu, (_, before: string, prefix: string, letter: string) => before + prefix + letter.toUpperCase());
}

function replacePattern(text: string, source: string, replacement: string, work: Work): string {
  const compiled = compilePattern(source);
  if (!compiled.ok) return text;
  let result = '';
  let end = 0;
  for (const match of compiled.pattern.matchAll(text)) {
    const start = match.index ?? end;
    work.stepsLeft -= compiled.pattern.programSize() * (text.length - end);
    if (work.stepsLeft < 0) throw new TooMuchWork();
    result += text.slice(end, start) + replacement.replace(/\$([$&1-9])/g, (_, sign: string) => expand(match, sign));
    end = start + match[0].length;
  }
  return result + text.slice(end);
}

function expand(match: RegExpMatchArray, sign: string): string {
  if (sign === '$') return '$';
  return (sign === '&' ? match[0] : match[Number(sign)]) ?? '';
}

function lookUp(value: FieldValue, text: string, lookup: { table: Record<string, FieldValue>; otherwise?: FieldValue | undefined }): FieldValue {
  const entries = Object.entries(lookup.table);
  const folded = text.trim().toLowerCase();
  const found = entries.find(([key]) => key === text) ?? entries.find(([key]) => key.trim().toLowerCase() === folded);
  if (found) return found[1];
  return lookup.otherwise === undefined ? value : lookup.otherwise;
}
