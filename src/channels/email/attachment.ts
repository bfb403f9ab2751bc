import type { Lead } from '../../domain/fields/lead.ts';
import type { MappedValue } from '../../domain/mapping/apply.ts';
import { valueText } from '../../domain/mapping/value.ts';
import type { EmailBody } from './email-body.ts';

type Attachment = NonNullable<EmailBody['attachments']>[number];

/** The mapped lead as a file for an email; the names are those of the mapping, so that a program can read it. */
export function attachmentOf(format: 'csv' | 'json', values: readonly MappedValue[], lead: Lead): Attachment {
  const content = format === 'csv' ? csvOf(values) : `${JSON.stringify(Object.fromEntries(values.map(({ to, value }) => [to, value])), null, 2)}\n`;
  return {
    content: Buffer.from(content, 'utf8').toString('base64'),
    filename: `lead-${lead.id.replace(/[^\w-]/g, '_')}.${format}`,
    content_type: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json',
  };
}

/** RFC 4180: a row of names and one of values. The mark at its start tells spreadsheets that it is UTF-8. */
function csvOf(values: readonly MappedValue[]): string {
  const row = (cells: string[]) => `${cells.map(cellOf).join(',')}\r\n`;
  return `\uFEFF${row(values.map(({ to }) => to))}${row(values.map(({ value }) => valueText(value)))}`;
}

/** People open it in a spreadsheet, where a text that begins like a formula is one; phone and other numbers stay as they are. */
function cellOf(text: string): string {
  const isFormula = /^[=@\t\r]/.test(text) || (/^[+-]/.test(text) && !/^[+-][\d\s().x,-]*$/.test(text));
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
