import { z } from 'zod';
import type { FieldValue, Lead } from '../../domain/fields/lead.ts';
import { valueText } from '../../domain/mapping/value.ts';

/** The column `subject` holds so many characters. */
const LONGEST_SUBJECT = 300;
/** As `subjectFor` begins. */
const OWN_SUBJECT = /^(?:Lead|Test lead) from /;

const recordSchema = z.record(z.string(), z.unknown());
const textSchema = z.string().catch('');

/** Their forms insist on a topic and a last name, and a list of leads is useless without. What `map` says, nothing included, stays. */
export function fill(record: Map<string, FieldValue>, lead: Pick<Lead, 'source' | 'test'>): void {
  const text = (name: string) => valueText(record.get(name) ?? null);
  const subject = subjectFor(lead, text);
  if (!record.has('lastname')) record.set('lastname', lastNameFor(text));
  if (!record.has('subject')) record.set('subject', subject);
}

/** The body of a record without what stood in for something: it must not go over what they know. */
export function withoutStandIns(body: Uint8Array | null): Uint8Array {
  const record = recordSchema.parse(JSON.parse(Buffer.from(body ?? []).toString('utf8')));
  const text = (name: string) => textSchema.parse(record[name]);
  const isOurs = (name: string) => (name === 'lastname' && text(name) === lastNameFor(text)) || (name === 'subject' && OWN_SUBJECT.test(text(name)));
  return Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(record).filter(([name]) => !isOurs(name)))), 'utf8');
}

type TextOf = (column: string) => string;

function lastNameFor(text: TextOf): string {
  return text('emailaddress1') || text('telephone1') || text('mobilephone') || 'Unknown';
}

function subjectFor({ source, test }: Pick<Lead, 'source' | 'test'>, text: TextOf): string {
  const person = [text('firstname'), text('lastname')].filter((name) => name !== '').join(' ') || text('companyname');
  const subject = `${test ? 'Test lead' : 'Lead'} from ${source}${person === '' ? '' : `: ${person}`}`;
  return Array.from(subject).slice(0, LONGEST_SUBJECT).join('');
}
