import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { secretName } from '../../domain/config/secret-reference.ts';
import { mapSchema } from '../../domain/mapping/schema.ts';
import { baseUrlSchema, secretSchema } from '../texts.ts';

const tenantSchema = z
  .string()
  .max(300)
  .refine((text) => secretName(text) !== null || /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(text), 'must be the tenant’s id, or one of its domains: acme.onmicrosoft.com');

const attributeSchema = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'must be the logical name of a column, like new_deliveryid');

/** What the configuration may say for `type: dynamics`. */
export const dynamicsConfigSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('dynamics'),
    baseUrl: baseUrlSchema.describe('The organisation: https://acme.crm.dynamics.com'),
    tenantId: tenantSchema.describe('The directory that the app is registered in'),
    clientId: secretSchema,
    clientSecret: secretSchema,
    tokenBaseUrl: baseUrlSchema.optional().describe('Where tokens are given out; Microsoft’s own address for the organisation’s cloud, or `baseUrl` where that is none of Microsoft’s'),
    alternateKey: attributeSchema.optional().describe('A text column of lead with an alternate key, for the delivery’s id; without it the id becomes the record’s own'),
    onDuplicate: z.enum(['reject', 'update', 'accept']).default('reject').describe('What becomes of a lead that their duplicate detection finds already there'),
    map: mapSchema.default('auto').describe('Laid over the usual fields'),
  })
  .transform(withCommonUnits);

/** A Dynamics destination once it is read. */
export type DynamicsConfig = z.output<typeof dynamicsConfigSchema>;
