import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { mapSchema } from '../../domain/mapping/schema.ts';
import { baseUrlSchema, secretSchema } from '../texts.ts';

const fieldNameSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_$]{0,99}$/, 'must be the API name of a field, like Email or Delivery_ID');

/** By the country, or by the end of the address that people use. */
const BY_ADDRESS: Readonly<Record<string, string>> = { com: 'us', 'com.au': 'au', 'com.cn': 'cn' };
const dataCentreSchema = z.preprocess((text) => (typeof text === 'string' ? (BY_ADDRESS[text.toLowerCase()] ?? text.toLowerCase()) : text), z.enum(['us', 'eu', 'in', 'au', 'jp', 'ca', 'cn', 'sa', 'uk']));

/** What the configuration may say for `type: zoho`. */
export const zohoConfigSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('zoho'),
    dataCentre: dataCentreSchema.default('us').describe('Where the account is: the end of the address that it is used at'),
    clientId: secretSchema,
    clientSecret: secretSchema,
    refreshToken: secretSchema,
    baseUrl: baseUrlSchema.optional().describe('Where token and API calls go instead of to the data centre'),
    externalIdField: fieldNameSchema.optional().describe('A unique field of Leads for the delivery’s id: with it a repeated attempt finds its own record'),
    onDuplicate: z.enum(['update', 'accept', 'reject']).default('update').describe('What becomes of a lead that they have already'),
    // Five at most (Zoho: "Upsert records"), and `externalIdField` may be one of them.
    duplicateCheckFields: z.array(fieldNameSchema).min(1).max(4).default(['Email']).describe('What `onDuplicate: update` finds a lead by, in this order'),
    trigger: z.array(z.enum(['workflow', 'approval', 'blueprint', 'pathfinder', 'orchestration'])).optional().describe('What the record sets off in their account; everything unless set, nothing for []'),
    map: mapSchema.default('auto').describe('Laid over the usual fields'),
  })
  .transform(withCommonUnits);

/** A Zoho destination once it is read. */
export type ZohoConfig = z.output<typeof zohoConfigSchema>;
