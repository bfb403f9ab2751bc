import { z } from 'zod';

/** The column that tells rows apart, whatever else the buyer does with the sheet. */
export const ID_COLUMN = 'Delivery ID';

const rowDocumentSchema = z.object({
  sheet: z.string(),
  cells: z.array(z.tuple([z.string(), z.union([z.string(), z.number(), z.boolean()])])),
});

/** One lead's row as it is kept between attempts, and shown as evidence. Pairs, for an object would put a column called "1" first. */
export type RowDocument = z.output<typeof rowDocumentSchema>;

export function writeRowDocument(document: RowDocument): Uint8Array {
  return Buffer.from(JSON.stringify(document), 'utf8');
}

/** Reads what `writeRowDocument` made. Throws for anything else: a mistake of ours. */
export function readRowDocument(bytes: Uint8Array | null): RowDocument {
  return rowDocumentSchema.parse(JSON.parse(Buffer.from(bytes ?? []).toString('utf8')));
}
