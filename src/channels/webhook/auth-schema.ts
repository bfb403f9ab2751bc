import { z } from 'zod';
import { headerNameSchema, parameterNameSchema, secretSchema } from '../texts.ts';
import { oauthSchema } from '../tokens/oauth-schema.ts';
import type { TokenSettings } from '../tokens/settings.ts';
import { tokenCallSchema } from '../tokens/token-call-schema.ts';

/** How Leadrail proves to a buyer who it is. */
export const authSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('none') }),
    z.strictObject({ type: z.literal('basic'), username: secretSchema, password: z.string().max(10_000) }),
    z.strictObject({ type: z.literal('bearer'), token: secretSchema }),
    z.strictObject({ type: z.literal('header'), name: headerNameSchema, value: secretSchema }),
    z.strictObject({ type: z.literal('query'), name: parameterNameSchema, value: secretSchema }),
    oauthSchema,
    tokenCallSchema,
  ])
  .describe('How Leadrail proves who it is');

export type WebhookAuth = z.output<typeof authSchema>;

/** How the destination gets its tokens; null when its credentials stand in the configuration. */
export function tokenSettingsOf(auth: WebhookAuth): TokenSettings | null {
  return auth.type === 'oauth2' || auth.type === 'token' ? auth : null;
}
