import { z } from 'zod';
import { durationSchema } from '../../domain/config/duration.ts';
import { sourcesSchema } from '../../domain/response/source.ts';
import { headerNameSchema, parameterNameSchema, secretSchema, textSchema } from '../texts.ts';
import { endpointUrlSchema } from './endpoint-url.ts';
import { tokenPlaceSchema } from './token-place.ts';

/** `auth: { type: token, … }`: a token call of the buyer's own making. */
export const tokenCallSchema = z
  .strictObject({
    type: z.literal('token'),
    request: z
      .strictObject({
        url: endpointUrlSchema,
        method: z.enum(['POST', 'PUT', 'GET']).default('POST'),
        headers: z.record(headerNameSchema, textSchema).default({}),
        format: z.enum(['json', 'form']).default('json').describe('How the body is written; a GET has its values in the query'),
        body: z
          .record(parameterNameSchema, z.union([textSchema, z.number(), z.boolean()]))
          .default({})
          .describe('Path → value, as in `map`: user.name nests in JSON'),
        basic: z.strictObject({ username: secretSchema, password: z.string().max(10_000) }).optional(),
      })
      .describe('The call that is answered with a token'),
    token: sourcesSchema.describe('Where the token is in the answer'),
    expiresIn: sourcesSchema.optional().describe('Where the answer says for how many seconds it is good'),
    validFor: durationSchema.optional().describe('How long it is good where the answer does not say; until a 401 unless set'),
    send: tokenPlaceSchema,
  })
  .transform(({ validFor, ...settings }) => ({ ...settings, validForMs: validFor ?? null }));

/** How tokens are got by a call of the buyer's own. */
export type TokenCallSettings = z.output<typeof tokenCallSchema>;
