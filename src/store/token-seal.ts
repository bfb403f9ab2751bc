import { z } from 'zod';
import type { Encryption } from './encryption.ts';
import type { PendingConnection, TokenOwner, TokenValues } from './store.ts';

/** What a row of tokens seals: whose settings brought them, and the tokens, null while the first are being got. */
export interface SealedTokens {
  digest: string;
  tokens: TokenValues | null;
}

const sealedTokensSchema = z.object({
  digest: z.string(),
  tokens: z
    .object({
      accessToken: z.string(),
      refreshToken: z.string().nullable(),
      scope: z.string().nullable(),
      lifetimeMs: z.number().nullable(),
      // Tokens that were stored before there was any have none.
      kept: z.record(z.string(), z.string()).optional(),
    })
    .nullable(),
});

const pendingSchema = z.object({ buyer: z.string(), destination: z.string(), digest: z.string(), verifier: z.string(), redirectUrl: z.string() });

/** The name of a row: nothing can be learnt from it of the credentials that the settings hold. */
export function tokenRowId(encryption: Encryption, { buyer, destination, digest }: TokenOwner): string {
  return encryption.fingerprint(JSON.stringify(['tokens', buyer, destination, digest]));
}

/** What the sealed text of tokens is bound to. */
export function tokenPurpose({ buyer, destination }: Omit<TokenOwner, 'digest'>): string {
  return `tokens:${JSON.stringify([buyer, destination])}`;
}

export function sealTokens(encryption: Encryption, owner: TokenOwner, tokens: TokenValues | null): string {
  const sealed: SealedTokens = {
    digest: owner.digest,
    tokens: tokens && { accessToken: tokens.accessToken, refreshToken: tokens.refreshToken, scope: tokens.scope, lifetimeMs: tokens.lifetimeMs, kept: tokens.kept },
  };
  return encryption.encrypt(Buffer.from(JSON.stringify(sealed), 'utf8'), tokenPurpose(owner));
}

/** Opens what `sealTokens` made. */
export function openTokens(encryption: Encryption, owner: Omit<TokenOwner, 'digest'>, sealed: string): SealedTokens {
  return sealedTokensSchema.parse(JSON.parse(encryption.decrypt(sealed, tokenPurpose(owner)).toString('utf8')));
}

/** What the sealed text of a pending connection is bound to. */
export function connectionPurpose(stateSha256: string): string {
  return `connection:${stateSha256}`;
}

export function sealConnection(encryption: Encryption, stateSha256: string, { buyer, destination, digest, verifier, redirectUrl }: PendingConnection): string {
  const text = JSON.stringify({ buyer, destination, digest, verifier, redirectUrl });
  return encryption.encrypt(Buffer.from(text, 'utf8'), connectionPurpose(stateSha256));
}

/** Opens what `sealConnection` made. */
export function openConnection(encryption: Encryption, stateSha256: string, sealed: string): PendingConnection {
  return pendingSchema.parse(JSON.parse(encryption.decrypt(sealed, connectionPurpose(stateSha256)).toString('utf8')));
}
