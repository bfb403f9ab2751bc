import { createHash, randomBytes } from 'node:crypto';
import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import type { ConnectionStore, PendingConnection, TokenStore, TokenValues } from '../../store/store.ts';
import type { AuthorizationCodeSettings } from './oauth-schema.ts';
import { authorizeUrl } from './oauth-request.ts';
import { askByGrant } from './obtain.ts';
import { settingsDigest } from './settings.ts';

/** How long a person has to allow the access. */
export const CONNECT_WITHIN_MS = 600_000;
const TOKEN_CALL_TIMEOUT_MS = 20_000;
const RANDOM_BYTES = 32;

/** Where a person goes to connect an account, and until when. */
export interface ConnectionBegun {
  authorizeUrl: string;
  expiresAt: string;
}

/** Begins to connect an account (RFC 6749 4.1): `state` and the verifier of PKCE (RFC 7636, S256) are kept, sealed, for whoever comes back. */
export async function beginConnection(
  connections: ConnectionStore,
  { buyer, destination, settings, redirectUrl }: { buyer: string; destination: string; settings: AuthorizationCodeSettings; redirectUrl: string },
): Promise<ConnectionBegun> {
  const state = randomBytes(RANDOM_BYTES).toString('base64url');
  const verifier = randomBytes(RANDOM_BYTES).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const pending = { buyer, destination, digest: settingsDigest(settings), verifier, redirectUrl };
  const expiresAt = await connections.begin(hashOf(state), pending, CONNECT_WITHIN_MS);
  return { authorizeUrl: authorizeUrl(settings, { redirectUrl, state, challenge }), expiresAt };
}

/** What belongs to a state that came back: once, and in its time. Found by its hash, so that nothing can be learnt from how long that takes. */
export function takeConnection(connections: ConnectionStore, state: string): Promise<PendingConnection | null> {
  return connections.take(hashOf(state));
}

export type ConnectionEnd = { ok: true; tokens: TokenValues } | { ok: false; error: DeliveryError };

/** Turns a code into tokens and stores them: the account is connected. */
export async function finishConnection(
  { tokens, http }: { tokens: TokenStore; http: HttpClient },
  pending: PendingConnection,
  settings: AuthorizationCodeSettings,
  code: string,
): Promise<ConnectionEnd> {
  const { buyer, destination, digest, verifier, redirectUrl } = pending;
  const order = { settings, refreshToken: null, http, timeoutMs: TOKEN_CALL_TIMEOUT_MS };
  const answer = await askByGrant(order, settings, { by: 'authorization_code', code, redirectUrl, verifier });
  if (!answer.ok) return answer;
  await tokens.connect({ buyer, destination, digest }, answer.tokens);
  return answer;
}

function hashOf(state: string): string {
  return createHash('sha256').update(state).digest('hex');
}
