import { z } from 'zod';
import { finishConnection, takeConnection } from '../../channels/tokens/connect.ts';
import { harmlessWords } from '../../channels/tokens/failure.ts';
import { settingsDigest } from '../../channels/tokens/settings.ts';
import { connectionPage } from '../../dashboard/connection-page.ts';
import { connectedBy } from '../../egress/connected-by.ts';
import type { PendingConnection } from '../../store/store.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { defineEndpoint, noBody, nothing, type Answer } from '../http/endpoint.ts';
import { Problem } from '../http/problem.ts';
import { CALLBACK_PATH } from './connect.ts';
import { findTokenSettings } from './find-settings.ts';

const LONGEST = 10_000;

// Providers add parameters of their own, which are let pass unread.
const querySchema = z.object({
  state: z.string().max(LONGEST).optional().meta({ description: 'As it went out' }),
  code: z.string().max(LONGEST).optional(),
  error: z.string().max(LONGEST).optional().meta({ description: 'Why there is no code' }),
  error_description: z.string().max(LONGEST).optional(),
});

/** The end of RFC 6749 4.1.2. Public: whoever comes with a state that is awaited is the one who was sent out with it. */
export const oauthCallback = defineEndpoint({
  method: 'get',
  path: CALLBACK_PATH,
  access: 'public',
  tag: 'Connections',
  summary: 'Where a provider sends a person back to',
  params: nothing,
  query: querySchema,
  body: noBody,
  answers: { 200: { description: 'The account is connected', types: ['text/html'] }, 400: { description: 'It is not; the page says why', types: ['text/html'] } },
  handle: async ({ query }, dependencies) => {
    const pending = query.state === undefined ? null : await takeConnection(dependencies.store.connections, query.state);
    if (pending === null) return notConnected(['This link is not known here: it was used before, it is over ten minutes old, or it is not complete.', 'Begin anew.']);
    const { code } = query;
    if (code === undefined || query.error !== undefined) {
      const said = harmlessWords([query.error, query.error_description].filter((text) => text !== undefined).join(': '), []);
      return notConnected([`${nameOf(pending)}: they gave no access${said === '' ? '' : ` (${said})`}.`, 'Begin anew, as somebody who may allow it.']);
    }
    return connect(pending, code, dependencies);
  },
});

async function connect(pending: PendingConnection, code: string, dependencies: ApiDependencies): Promise<Answer> {
  const { store, http, log } = dependencies;
  const { buyer, destination } = pending;
  const found = await findTokenSettings({ id: buyer, destination }, dependencies).catch((error: unknown) => {
    if (error instanceof Problem) return null;
    throw error;
  });
  const settings = found?.settings;
  if (found === null || settings?.type !== 'oauth2' || settings.grant !== 'authorization_code' || settingsDigest(settings) !== pending.digest) {
    return notConnected([`${nameOf(pending)}: its configuration was changed meanwhile.`, 'Begin anew.']);
  }
  const end = await finishConnection({ tokens: store.tokens, http: connectedBy(http, found.connection) }, pending, settings, code);
  if (!end.ok) {
    log.warn({ buyer, destination, code: end.error.code }, 'an account was not connected: the token call failed');
    return notConnected([`${nameOf(pending)}: ${end.error.reason}`, 'Begin anew once that is mended.']);
  }
  const isLasting = end.tokens.refreshToken !== null || end.tokens.lifetimeMs === null;
  return page(200, true, [
    `${nameOf(pending)} can be delivered to. If it had been shut, resume it now.`,
    ...(isLasting ? [] : ['But they gave no refresh token: when this access ends, somebody has to connect the account again. Some give one for a scope (offline_access) or a parameter (access_type=offline) only.']),
  ]);
}

function nameOf({ buyer, destination }: PendingConnection): string {
  return `${buyer}/${destination}`;
}

function notConnected(lines: string[]): Answer {
  return page(400, false, lines);
}

function page(status: number, isConnected: boolean, lines: string[]): Answer {
  return { status, type: 'text/html', body: connectionPage({ isConnected, lines }), headers: { 'cache-control': 'no-store' } };
}
