import { z } from 'zod';

const UNITS_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads `100ms`, `10s`, `5m`, `1h` or `7d` as milliseconds; null for anything else. */
export function parseDurationMs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const unit = match?.[2] === undefined ? undefined : UNITS_MS[match[2]];
  if (match?.[1] === undefined || unit === undefined) return null;
  return Math.round(Number(match[1]) * unit);
}

/** A duration as a person writes it; read as milliseconds. */
export const durationSchema = z
  .string()
  .transform((text, context) => {
    const durationMs = parseDurationMs(text);
    if (durationMs !== null) return durationMs;
    context.addIssue({ code: 'custom', message: `"${text}" is no duration; write 100ms, 10s, 5m, 1h or 7d` });
    return z.NEVER;
  })
  .meta({ description: 'A duration: 100ms, 10s, 5m, 1h, 7d' });
