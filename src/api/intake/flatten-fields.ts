import type { ProblemError } from '../http/problem.ts';

/** More fields than this is no lead. */
export const MOST_FIELDS = 500;
/** Objects and lists inside each other. */
const DEEPEST = 20;
/** Characters of a field's name, its path included. */
const LONGEST_NAME = 255;

/** A field's value as the store keeps it. */
export type FlatValue = string | number | boolean | null | FlatValue[];

export interface FlatFields {
  /** By flat name, in the order of arrival. */
  fields: Record<string, FlatValue>;
  /** What a person should know of this lead's fields, e.g. a name that was left out. */
  notes: string[];
  errors: ProblemError[];
}

/**
 * Makes flat fields of what came in: nested JSON becomes dot paths, a list of scalars stays a list, a list with objects
 * becomes `a.0.b`. Names that could reach an object's prototype are left out, with a note: no sender means them.
 */
export function flattenFields(input: Record<string, unknown>): FlatFields {
  const flattening = new Flattening();
  for (const [name, value] of Object.entries(input)) flattening.add(name, value, 1);
  return flattening.result;
}

class Flattening {
  private readonly fields = new Map<string, FlatValue>();
  private readonly errors: ProblemError[] = [];
  private leftOut = false;
  private tooMany = false;

  add(name: string, value: unknown, depth: number): void {
    if (this.tooMany) return;
    if (Array.isArray(value) && !value.every(isScalar)) this.addAll(name, Object.entries(value), depth);
    else if (isObject(value) && Object.keys(value).length > 0) this.addAll(name, Object.entries(value), depth);
    else this.set(name, Array.isArray(value) ? value.filter(isScalar) : isScalar(value) ? value : null);
  }

  get result(): FlatFields {
    const notes = this.leftOut ? ['Fields named like an object’s prototype were left out.'] : [];
    // fromEntries defines own properties whatever their name, so that a name cannot do more than name.
    return { fields: Object.fromEntries(this.fields), notes, errors: this.errors };
  }

  private addAll(name: string, entries: [string, unknown][], depth: number): void {
    if (depth >= DEEPEST) {
      this.errors.push({ field: shortened(name), message: `nested deeper than ${DEEPEST} levels; send it flatter` });
      return;
    }
    for (const [key, value] of entries) this.add(`${name}.${key}`, value, depth + 1);
  }

  private set(name: string, value: FlatValue): void {
    const mistake = this.mistakeIn(name, value);
    if (mistake !== null) this.errors.push({ field: shortened(name), message: mistake });
    else if (reachesPrototype(name)) this.leftOut = true;
    else if (this.fields.size >= MOST_FIELDS) {
      this.tooMany = true;
      this.errors.push({ field: shortened(name), message: `more than ${MOST_FIELDS} fields; send fewer` });
    } else this.fields.set(name, value);
  }

  private mistakeIn(name: string, value: FlatValue): string | null {
    if (name.trim() === '') return 'a field needs a name';
    if (name.length > LONGEST_NAME) return `the name is longer than ${LONGEST_NAME} characters`;
    if (this.fields.has(name)) return 'is there twice: once flat and once nested, or twice nested';
    if (!isStorable(name) || !everyText(value, isStorable)) return 'has a NUL character or half a surrogate pair; send valid text';
    return null;
  }
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function everyText(value: FlatValue, test: (text: string) => boolean): boolean {
  if (Array.isArray(value)) return value.every((item) => everyText(item, test));
  return typeof value !== 'string' || test(value);
}

/** PostgreSQL's JSON takes neither NUL nor half a surrogate pair. */
function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}

function reachesPrototype(name: string): boolean {
  const segments = name.split('.');
  const constructor = segments.indexOf('constructor');
  return segments.includes('__proto__') || (constructor >= 0 && segments.indexOf('prototype', constructor) > constructor);
}

/** A name in an answer: bounded, and without what a terminal or a log could take for a command. */
function shortened(name: string): string {
  return name.slice(0, 80).replaceAll(/[\p{Cc}\p{Surrogate}]/gu, '�');
}
