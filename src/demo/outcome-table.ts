import type { LeadView } from './intake-client.ts';

/** One line per lead: its number, where it lives, its status, and what became of each delivery. */
export function outcomeTable(leads: { label: string; lead: LeadView }[]): string {
  const rows = leads.map(({ label, lead }, index) => [String(index + 1), label, lead.status, storyOf(lead)]);
  return formatTable(['#', 'lead', 'status', 'what became of it'], rows);
}

function storyOf(lead: LeadView): string {
  if (lead.deliveries.length === 0) return lead.reason ?? '';
  return lead.deliveries.map(deliveryStory).join('; ');
}

function deliveryStory({ buyer, destination, status, reason, attempts }: LeadView['deliveries'][number]): string {
  const tries = attempts.length > 1 ? ` after ${attempts.length} attempts` : '';
  const why = status === 'delivered' || reason === null ? '' : ` (${firstSentence(reason)})`;
  return `${buyer}/${destination} ${status}${tries}${why}`;
}

function firstSentence(text: string): string {
  const [sentence = text] = text.split(/[.:] |\.$/);
  return sentence.length > 60 ? `${sentence.slice(0, 59)}…` : sentence;
}

function formatTable(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}
