import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { mapSchema } from '../../domain/mapping/schema.ts';
import { baseUrlSchema, secretSchema } from '../texts.ts';

const addressSchema = z.string().min(1).max(500);

/** The most recipients that Resend takes for one email: `to`, `cc` and `bcc` together (API reference, "Send Email"). */
export const MOST_RECIPIENTS = 50;

const addressesSchema = z.union([addressSchema, z.array(addressSchema).min(1).max(MOST_RECIPIENTS)]).transform((given) => (typeof given === 'string' ? [given] : given));

/** What the configuration may say for `type: email`. */
export const emailConfigSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('email'),
    from: addressSchema.optional().describe('The sender: "Name <leads@sender.example>"; the installation’s unless set. Its domain must be verified at Resend'),
    to: addressesSchema.describe('One address or a list; may hold {field}'),
    cc: addressesSchema.default([]).describe('As `to`'),
    bcc: addressesSchema.default([]).describe('As `to`'),
    replyTo: addressesSchema.default([]).describe('As `to`: `"{email}"` lets the buyer answer the lead'),
    subject: z.string().max(1_000).optional().describe('"New lead: {first_name} {last_name}" unless set'),
    html: z.string().max(200_000).optional().describe('May hold {field}, whose value is escaped; the list of fields unless `html` or `text` is set'),
    text: z.string().max(200_000).optional().describe('May hold {field}'),
    map: mapSchema.default('auto').describe('Which fields the list and the attachment have'),
    attach: z.enum(['csv', 'json']).optional().describe('The mapped lead as a file'),
    apiKey: secretSchema.optional().describe('The Resend API key; the installation’s unless set'),
    baseUrl: baseUrlSchema.optional(),
  })
  .transform(withCommonUnits);

/** An email destination once it is read. */
export type EmailConfig = z.output<typeof emailConfigSchema>;
