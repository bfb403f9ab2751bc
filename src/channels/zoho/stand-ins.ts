import { z } from 'zod';
import type { FieldValue } from '../../domain/fields/lead.ts';
import { valueText } from '../../domain/mapping/value.ts';

/** Fields that Zoho, or the usual layout of Leads, insists on, and that not every lead has. */
const STAND_INS = ['Last_Name', 'Company'] as const;
/** The fields hold so many characters. */
const LONGEST = { Last_Name: 80, Company: 100 };
const UNKNOWN = 'Unknown';

const bodySchema = z.looseObject({ data: z.tuple([z.record(z.string(), z.unknown())]) });
const textSchema = z.string().catch('');

/** What stands in for the fields of `wanted` that a record has not: what a person could find the lead by. What `map` says, nothing included, stays. */
export function standIns(record: ReadonlyMap<string, FieldValue>, wanted: readonly string[] = STAND_INS): Map<string, string> {
  const text = (name: string) => valueText(record.get(name) ?? null).trim();
  const lastName = text('Last_Name') || text('Email') || text('Phone') || text('Mobile') || UNKNOWN;
  const company = [text('First_Name'), text('Last_Name')].filter((name) => name !== '').join(' ') || lastName;
  const known = { Last_Name: lastName, Company: company };
  return new Map(STAND_INS.filter((name) => wanted.includes(name) && !record.has(name)).map((name) => [name, Array.from(known[name]).slice(0, LONGEST[name]).join('')]));
}

/** The body of a request with what stands in for `missing`; null where nothing does. */
export function withStandIns(body: Uint8Array | null, missing: readonly string[]): Uint8Array | null {
  const whole = bodySchema.parse(JSON.parse(Buffer.from(body ?? []).toString('utf8')));
  const [record] = whole.data;
  const texts = new Map(Object.entries(record).map(([name, value]): [string, FieldValue] => [name, textSchema.parse(value)]));
  const added = standIns(texts, missing);
  return added.size === 0 ? null : Buffer.from(JSON.stringify({ ...whole, data: [{ ...record, ...Object.fromEntries(added) }] }), 'utf8');
}
