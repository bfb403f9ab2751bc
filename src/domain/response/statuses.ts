import { z } from 'zod';

/** Both ends included. */
export interface StatusRange {
  from: number;
  to: number;
}

const statusSchema = z.union([
  z
    .int()
    .min(100)
    .max(599)
    .transform((status): StatusRange => ({ from: status, to: status })),
  z
    .string()
    .regex(/^[1-5]xx$/i, 'write a status (409) or a class of them (4xx)')
    .transform((text): StatusRange => ({ from: Number(text.charAt(0)) * 100, to: Number(text.charAt(0)) * 100 + 99 })),
]);

/** HTTP statuses as a person writes them: `409`, `4xx`, or a list of these. */
export const statusesSchema = z.union([statusSchema.transform((range) => [range]), z.array(statusSchema).min(1)]);

/** True when a status is in one of the ranges. */
export function isAmong(status: number, ranges: readonly StatusRange[]): boolean {
  return ranges.some(({ from, to }) => status >= from && status <= to);
}
