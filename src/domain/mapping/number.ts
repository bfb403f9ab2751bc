import type { FieldValue } from '../fields/lead.ts';

/** How a number is written. Without any setting it becomes a number; with one, text. */
export interface NumberFormat {
  decimals?: number | undefined;
  /** true for a comma, or the separator itself. */
  thousands?: boolean | string | undefined;
}

/** Writes a number; what is none passes as it is. Half a unit rounds away from zero. */
export function formatNumber(value: FieldValue, { decimals, thousands }: NumberFormat): FieldValue {
  const number = readNumber(value);
  if (number === null) return value;
  if (decimals === undefined && thousands === undefined) return number;
  const separator = thousands === true ? ',' : thousands === false || thousands === undefined ? '' : thousands;
  const written = new Intl.NumberFormat('en-US', {
    minimumFractionDigits: decimals ?? 0,
    maximumFractionDigits: decimals ?? 20,
    useGrouping: separator !== '',
    signDisplay: 'negative',
  }).format(number);
  return written.replaceAll(',', separator);
}

function readNumber(value: FieldValue): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return null;
  // Trimmed, and blanks in one place only: patterns side by side that both take blanks try every way to share them.
  const match = /^(-?)\s*(?:\$\s*)?(-?)((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)$/.exec(value.trim());
  if (match?.[3] === undefined) return null;
  const magnitude = Number(match[3].replaceAll(',', ''));
  return match[1] === '-' || match[2] === '-' ? -magnitude : magnitude;
}
