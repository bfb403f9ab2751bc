import { z } from 'zod';
import { parameterNameSchema, secretSchema, textSchema } from '../texts.ts';
import { endpointUrlSchema } from './endpoint-url.ts';
import { tokenPlaceSchema } from './token-place.ts';

/** Parameters that the protocol itself sets. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set([
  'grant_type',
  'client_id',
  'client_secret',
  'scope',
  'audience',
  'username',
  'password',
  'refresh_token',
  'code',
  'redirect_uri',
  'code_verifier',
  'code_challenge',
  'code_challenge_method',
  'response_type',
  'state',
]);

const parametersSchema = z.record(parameterNameSchema, textSchema).superRefine((parameters, context) => {
  for (const name of Object.keys(parameters)) {
    if (OWN_PARAMETERS.has(name)) context.addIssue({ code: 'custom', path: [name], message: 'Leadrail sets this parameter itself; leave it out here' });
  }
});

const shared = {
  type: z.literal('oauth2'),
  tokenUrl: endpointUrlSchema.describe('Where tokens are given out'),
  clientId: secretSchema,
  scope: z.string().min(1).max(2_000).optional().describe('What is asked for, with blanks between'),
  audience: z.string().min(1).max(2_000).optional().describe('For whom the token shall be, where they ask for it'),
  clientAuthentication: z.enum(['basic', 'body']).default('basic').describe('Where client id and secret go in the token call (RFC 6749 2.3.1)'),
  parameters: parametersSchema.default({}).describe('Further parameters of the token call'),
  send: tokenPlaceSchema,
};

/**
 * `auth: { type: oauth2, grant: … }` (RFC 6749). Each grant has its own words; `authorization_code` always goes with PKCE
 * (RFC 7636) and waits until somebody has connected the account.
 */
export const oauthSchema = z.discriminatedUnion('grant', [
  z.strictObject({ ...shared, grant: z.literal('client_credentials'), clientSecret: secretSchema }),
  z.strictObject({ ...shared, grant: z.literal('password'), clientSecret: secretSchema.optional(), username: secretSchema, password: secretSchema }),
  z.strictObject({ ...shared, grant: z.literal('refresh_token'), clientSecret: secretSchema.optional(), refreshToken: secretSchema }),
  z.strictObject({
    ...shared,
    grant: z.literal('authorization_code'),
    clientSecret: secretSchema.optional(),
    authorizeUrl: endpointUrlSchema.describe('Where a person allows the access'),
    authorizeParameters: parametersSchema.default({}).describe('Further parameters of that page, e.g. access_type: offline'),
  }),
]);

/** How tokens are got by OAuth 2.0. */
export type OAuthSettings = z.output<typeof oauthSchema>;
export type AuthorizationCodeSettings = Extract<OAuthSettings, { grant: 'authorization_code' }>;
