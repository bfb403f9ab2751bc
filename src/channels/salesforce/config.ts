import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { mapSchema } from '../../domain/mapping/schema.ts';
import { baseUrlSchema, secretSchema } from '../texts.ts';

const apiNameSchema = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,79}$/, 'must be an API name, like Lead or Leadrail_Id__c');

/** The header for duplicate rules came with 52.0 (REST API Developer Guide, "Duplicate Rule Header"). */
const OLDEST_VERSION = 52;
const versionSchema = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => Number(/^v?(\d{2,3})(?:\.0)?$/.exec(text)?.[1] ?? 0) >= OLDEST_VERSION, `must be a version of the REST API like 62.0, not before ${OLDEST_VERSION}.0`)
  .transform((text) => `${/\d+/.exec(text)?.[0] ?? ''}.0`);

const apiSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('salesforce'),
    mode: z.literal('api').optional().describe('api unless set'),
    baseUrl: baseUrlSchema.default('https://login.salesforce.com').describe('Where tokens are given out: their My Domain, or https://test.salesforce.com for a sandbox'),
    clientId: secretSchema,
    clientSecret: secretSchema,
    refreshToken: secretSchema.optional().describe('Without it the app’s own user is used (client credentials)'),
    object: apiNameSchema.default('Lead').describe('What is made of a lead'),
    externalIdField: apiNameSchema.optional().describe('A unique External ID field for the delivery’s id: with it a repeated attempt finds its own record'),
    apiVersion: versionSchema.default('62.0'),
    onDuplicate: z.enum(['update', 'accept', 'reject']).default('update').describe('What becomes of a lead that a duplicate rule of theirs finds already there'),
    map: mapSchema.default('auto').describe('Laid over the usual fields'),
  })
  .transform((config) => withCommonUnits({ ...config, mode: 'api' as const }));

const webToLeadSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('salesforce'),
    mode: z.literal('web-to-lead'),
    baseUrl: baseUrlSchema.default('https://webto.salesforce.com').describe('Where the form goes; https://test.salesforce.com for a sandbox'),
    oid: z.string().min(1).max(100).describe('The organisation’s id, 00D…'),
    map: mapSchema.default('auto').describe('Laid over the usual fields; custom fields by their id, 00N…'),
  })
  .transform(withCommonUnits);

/** What the configuration may say for `type: salesforce`: each way of delivering has its own words. */
export const salesforceConfigSchema = z.discriminatedUnion('mode', [apiSchema, webToLeadSchema]);

/** A Salesforce destination once it is read. */
export type SalesforceConfig = z.output<typeof salesforceConfigSchema>;
export type ApiConfig = Extract<SalesforceConfig, { mode: 'api' }>;
export type WebToLeadConfig = Extract<SalesforceConfig, { mode: 'web-to-lead' }>;
