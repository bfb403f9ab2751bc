import { z } from 'zod';
import { beginConnection } from '../../channels/tokens/connect.ts';
import { destinationParams } from '../buyers/saved-destination.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { findTokenSettings } from './find-settings.ts';

/** Where the provider sends a person back to; it has to be registered with them. */
export const CALLBACK_PATH = '/oauth/callback';

const begunSchema = z
  .object({
    authorizeUrl: z.string().meta({ description: 'Open it in a browser, as somebody who may allow the access' }),
    expiresAt: z.string().meta({ description: 'Until then, and once' }),
    redirectUrl: z.string().meta({ description: 'Register this with the provider' }),
  })
  .meta({ id: 'ConnectionBegun' });

export const connectDestination = defineEndpoint({
  method: 'post',
  path: '/v1/buyers/{id}/destinations/{destination}/connect',
  access: 'admin',
  tag: 'Connections',
  summary: 'Begin to connect an account by OAuth',
  description: 'For a destination with `auth: { type: oauth2, grant: authorization_code }`. Whoever opens `authorizeUrl` and allows the access is sent back to `redirectUrl`, and the account is connected.',
  params: destinationParams,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'Where to go', schema: begunSchema } },
  handle: async ({ params }, dependencies) => {
    const { store, settings: api } = dependencies;
    const { settings } = await findTokenSettings(params, dependencies);
    if (settings.type !== 'oauth2' || settings.grant !== 'authorization_code') {
      throw new Problem(409, 'Nobody has to connect this destination: it gets its tokens by itself. Connecting is for `grant: authorization_code`.');
    }
    const redirectUrl = `${api.publicUrl}${CALLBACK_PATH}`;
    const begun = await beginConnection(store.connections, { buyer: params.id, destination: params.destination, settings, redirectUrl });
    return { status: 200, body: { ...begun, redirectUrl }, headers: { 'cache-control': 'no-store' } };
  },
});
