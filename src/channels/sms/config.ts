import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { durationSchema } from '../../domain/config/duration.ts';
import { secretName } from '../../domain/config/secret-reference.ts';
import { mapSchema } from '../../domain/mapping/schema.ts';
import { baseUrlSchema, secretSchema, textSchema } from '../texts.ts';
import { senderOf } from './numbers.ts';

/** Twilio, "Message resource": ValidityPeriod is from 1 to 36,000 seconds. */
const LONGEST_VALIDITY_MS = 36_000_000;

/** A text that is used as it is, or stored as a secret. */
function formed(isFormed: (text: string) => boolean, message: string) {
  return textSchema.refine((text) => secretName(text) !== null || isFormed(text), message);
}

const validitySchema = durationSchema.refine((ms) => ms >= 1_000 && ms <= LONGEST_VALIDITY_MS, 'must be from 1s to 10h: Twilio waits no longer');

/** What the configuration may say for `type: sms`: one text message for each lead, to one number. */
export const smsConfigSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('sms'),
    accountSid: formed((text) => /^AC[A-Za-z0-9_-]+$/.test(text), 'is no Account SID: it begins with AC and stands at the top of the Twilio console')
      .optional()
      .describe('With `authToken`; without both, the installation’s Twilio account sends'),
    authToken: secretSchema.optional(),
    from: formed((text) => senderOf(text) !== null, 'is nothing that a text message can come from: write a number (+15125550100), a short code or a sender’s name of at most 11 letters and digits')
      .transform((text) => senderOf(text) ?? text)
      .optional()
      .describe('The number that sends; this or `messagingServiceSid`'),
    messagingServiceSid: formed((text) => /^MG[A-Za-z0-9_-]+$/.test(text), 'is no SID of a messaging service: it begins with MG').optional(),
    to: textSchema.min(1).describe('The number that receives, one for each destination; may hold {field}'),
    text: textSchema.min(1).optional().describe('May hold {field}; name, phone and email unless set'),
    validity: validitySchema.optional().describe('How long Twilio may wait to send it; then it fails'),
    map: mapSchema.default('auto').describe('Values that `text` and `to` can use by name, beside the fields'),
    baseUrl: baseUrlSchema.optional().describe('Instead of https://api.twilio.com'),
  })
  .transform(withCommonUnits)
  .transform(({ validity, ...config }) => ({ ...config, ...(validity === undefined ? {} : { validitySeconds: Math.round(validity / 1_000) }) }));

/** An SMS destination once it is read. */
export type SmsConfig = z.output<typeof smsConfigSchema>;
