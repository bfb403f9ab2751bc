import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { mapSchema } from '../../domain/mapping/schema.ts';
import { baseUrlSchema, secretSchema } from '../texts.ts';

/** What the configuration may say for `type: google-sheets`. */
export const googleSheetsConfigSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('google-sheets'),
    serviceAccount: secretSchema.describe('The JSON key of a service account that the spreadsheet is shared with'),
    spreadsheetId: z.string().regex(/^[A-Za-z0-9_-]{1,200}$/, 'must be the id from the spreadsheet’s address, between /d/ and the next slash').describe('From the spreadsheet’s address'),
    // Longer ones Google does not take.
    sheet: z.string().trim().min(1).max(100).default('Leads').describe('Name of the tab; it is made where it is missing'),
    baseUrl: baseUrlSchema.optional().describe('Where API and token calls go instead of to Google'),
    map: mapSchema.default('auto').describe('One column for each `to`; every field under its own name unless set'),
  })
  .transform(withCommonUnits);

/** A Google Sheets destination once it is read. */
export type GoogleSheetsConfig = z.output<typeof googleSheetsConfigSchema>;
