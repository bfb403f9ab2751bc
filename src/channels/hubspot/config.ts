import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { mapSchema } from '../../domain/mapping/schema.ts';
import { baseUrlSchema, secretSchema } from '../texts.ts';

/** How we prove to HubSpot who we are: by a private app's token, or by an app that the buyer has allowed (OAuth 2.0). */
export type HubspotAccess =
  | { access: 'private-app'; accessToken: string }
  | { access: 'oauth'; clientId: string; clientSecret: string; refreshToken: string };

interface AccessWords {
  accessToken?: string | undefined;
  clientId?: string | undefined;
  clientSecret?: string | undefined;
  refreshToken?: string | undefined;
}

const NEITHER = 'say how Leadrail gets in: `accessToken` of a private app, or `clientId`, `clientSecret` and `refreshToken` of an app that they have allowed';

/** What the configuration may say for `type: hubspot`. */
export const hubspotConfigSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('hubspot'),
    accessToken: secretSchema.optional().describe('Of a private app'),
    clientId: secretSchema.optional().describe('Of an app with OAuth, with `clientSecret` and `refreshToken`'),
    clientSecret: secretSchema.optional(),
    refreshToken: secretSchema.optional(),
    onDuplicate: z.enum(['update', 'accept', 'reject']).default('update').describe('What becomes of a lead whose email they have already'),
    portalId: z
      .union([z.int().positive().transform(String), z.string().regex(/^\d{1,20}$/, 'is the number of their account (Hub ID)')])
      .optional()
      .describe('Number of their account (Hub ID), for links to the contact'),
    map: mapSchema.default('auto').describe('Laid over the usual fields; `to` is the internal name of a contact property'),
    baseUrl: baseUrlSchema.optional().describe('Where requests and token calls go instead of to api.hubapi.com'),
  })
  .transform(withCommonUnits)
  .transform(({ accessToken, clientId, clientSecret, refreshToken, ...config }, context) => {
    const access = accessOf({ accessToken, clientId, clientSecret, refreshToken });
    if (typeof access !== 'string') return { ...config, ...access };
    context.addIssue({ code: 'custom', message: access });
    return z.NEVER;
  });

/** A HubSpot destination once it is read. */
export type HubspotConfig = z.output<typeof hubspotConfigSchema>;

/** The one way in that is configured, or what is wrong with the words. */
function accessOf({ accessToken, clientId, clientSecret, refreshToken }: AccessWords): HubspotAccess | string {
  const hasOAuthWord = clientId !== undefined || clientSecret !== undefined || refreshToken !== undefined;
  if (accessToken !== undefined) return hasOAuthWord ? 'use `accessToken`, or `clientId`, `clientSecret` and `refreshToken`, not both' : { access: 'private-app', accessToken };
  if (clientId === undefined || clientSecret === undefined || refreshToken === undefined) return hasOAuthWord ? '`clientId`, `clientSecret` and `refreshToken` go together: one of them is missing' : NEITHER;
  return { access: 'oauth', clientId, clientSecret, refreshToken };
}
