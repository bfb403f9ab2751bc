import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import type { HttpClient } from '../../egress/http-client.ts';
import type { TokenSettings } from './settings.ts';

/** An access token, and which one it is. */
export interface AccessToken {
  value: string;
  revision: string;
  /** What came with it that the settings name (`keeps`). */
  kept?: Readonly<Record<string, string>> | undefined;
}

/** One attempt's wish for a token. */
export interface TokenRequest {
  settings: TokenSettings;
  /** By which a token call is made, if there has to be one. */
  http: HttpClient;
  /** How long the attempt can wait. */
  timeoutMs: number;
  /** How long a token call may take: others may wait for it longer than this attempt. */
  callTimeoutMs: number;
  signal: AbortSignal;
}

export type TokenResult = { ok: true; token: AccessToken } | { ok: false; error: DeliveryError };

/** A destination's tokens, shared by everything that sends to it. */
export interface TokenAccess {
  /** The token in force, got first where there is none. */
  current(request: TokenRequest): Promise<TokenResult>;
  /** Another one in the place of `refused`, which was answered with 401; got by one for all whom that happened to. */
  renew(request: TokenRequest, refused: AccessToken): Promise<TokenResult>;
}
