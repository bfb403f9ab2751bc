import { randomBytes } from 'node:crypto';

/** A new admin key, `lr_admin_…`, with 192 random bits. */
export function newAdminKey(): string {
  return `lr_admin_${randomBytes(24).toString('base64url')}`;
}

/** A new encryption key: 32 random bytes, base64. */
export function newEncryptionKey(): string {
  return randomBytes(32).toString('base64');
}
