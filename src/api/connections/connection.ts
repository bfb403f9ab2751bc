import { z } from 'zod';
import { settingsDigest } from '../../channels/tokens/settings.ts';
import { destinationParams } from '../buyers/saved-destination.ts';
import { defineEndpoint, noBody, nothing } from '../http/endpoint.ts';
import { notFound } from '../http/problem.ts';
import { findTokenSettings } from './find-settings.ts';

const path = '/v1/buyers/{id}/destinations/{destination}/connection';

const connectionSchema = z
  .object({
    connected: z.boolean().meta({ description: 'There is a token of today’s settings that works or can be replaced' }),
    since: z.string().nullable().meta({ description: 'When the first token came, or the account was connected last' }),
    expiresAt: z.string().nullable().meta({ description: 'End of the access token; it is replaced before' }),
    renewable: z.boolean().meta({ description: 'The next token comes without a person' }),
    scope: z.string().nullable().meta({ description: 'What was allowed, where they said it' }),
  })
  .meta({ id: 'Connection' });

export const getConnection = defineEndpoint({
  method: 'get',
  path,
  access: 'admin',
  tag: 'Connections',
  summary: 'Whether a destination has a token',
  params: destinationParams,
  query: nothing,
  body: noBody,
  answers: { 200: { description: 'The connection, without the token', schema: connectionSchema } },
  handle: async ({ params }, dependencies) => {
    const { settings } = await findTokenSettings(params, dependencies);
    const tokens = await dependencies.store.tokens.read({ buyer: params.id, destination: params.destination, digest: settingsDigest(settings) });
    const renewable = settings.type === 'token' || settings.grant !== 'authorization_code' || (tokens?.refreshToken ?? null) !== null;
    const connected = tokens !== null && (renewable || tokens.remainingMs === null || tokens.remainingMs > 0);
    const shown = { connected, since: tokens?.connectedAt ?? null, expiresAt: tokens?.expiresAt ?? null, renewable, scope: tokens?.scope ?? null };
    return { status: 200, body: shown };
  },
});

export const deleteConnection = defineEndpoint({
  method: 'delete',
  path,
  access: 'admin',
  tag: 'Connections',
  summary: 'Forget a destination’s tokens',
  description: 'Workers stop using them within a second. The provider is not told: revoke the access there too. Destinations that get their tokens by themselves get new ones.',
  params: destinationParams,
  query: nothing,
  body: noBody,
  answers: { 204: { description: 'Forgotten' } },
  handle: async ({ params }, { store }) => {
    // Also of a destination that the configuration does not have any more.
    if (!(await store.tokens.forget(params.id, params.destination))) throw notFound(`connection of ${params.id.slice(0, 60)}/${params.destination.slice(0, 60)}`);
    return { status: 204 };
  },
});
