import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Seals what must not lie open in the database: secrets and rendered requests. AES-256-GCM. */
export interface Encryption {
  /** Names the key that `encrypt` uses; it stands in each sealed text. */
  readonly keyId: string;
  /** Seals with the newest key. `purpose` is bound in (a secret's name, a delivery's id): a sealed text moved elsewhere does not open. */
  encrypt(bytes: Uint8Array, purpose: string): string;
  /** Throws when no key fits, or when the text or its purpose is not the one sealed. */
  decrypt(sealed: string, purpose: string): Buffer;
  /** True when one of the keys is the one that sealed it. */
  canRead(sealed: string): boolean;
  /** A name for something that is secret itself (HMAC by the newest key, hex): the same each time, and of no use to whoever guesses. */
  fingerprint(text: string): string;
}

interface Key {
  id: string;
  bytes: Buffer;
  fingerprints: Buffer;
}

const VERSION = 'v1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const MINIMUM_KEY_LENGTH = 16;

/** The start of everything sealed with a key: `v1:<key id>:`. */
export function sealedPrefix(keyId: string): string {
  return `${VERSION}:${keyId}:`;
}

function deriveKey(text: string): Key {
  if (text.length < MINIMUM_KEY_LENGTH) {
    throw new Error(`LEADRAIL_ENCRYPTION_KEY: a key is shorter than ${MINIMUM_KEY_LENGTH} characters; use a long random one, e.g. from "openssl rand -base64 32".`);
  }
  const decoded = Buffer.from(text, 'base64');
  const material = decoded.length === 32 && decoded.toString('base64') === text ? decoded : Buffer.from(text, 'utf8');
  const derive = (info: string, length: number) => Buffer.from(hkdfSync('sha256', material, '', `leadrail ${info}`, length));
  return { id: derive('key id', 4).toString('hex'), bytes: derive('encryption', 32), fingerprints: derive('fingerprints', 32) };
}

/**
 * Reads `LEADRAIL_ENCRYPTION_KEY`: one key, or `new,old` while rotating; each is any text of 16 characters or more, or 32 bytes
 * in base64. Throws, without quoting the key, when one is too short.
 */
export function createEncryption(keys: string): Encryption {
  const known = keys.split(',').map((text) => deriveKey(text.trim()));
  const [newest] = known;
  if (!newest) throw new Error('LEADRAIL_ENCRYPTION_KEY is empty: set it to a long random text.');

  function keyOf(sealed: string): Key | undefined {
    return known.find((key) => sealed.startsWith(sealedPrefix(key.id)));
  }

  return {
    keyId: newest.id,
    encrypt(bytes, purpose) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', newest.bytes, nonce).setAAD(Buffer.from(purpose, 'utf8'));
      const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
      return sealedPrefix(newest.id) + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    decrypt(sealed, purpose) {
      const key = keyOf(sealed);
      if (!key) throw new Error('No key in LEADRAIL_ENCRYPTION_KEY has sealed this text: add the key it was sealed with, as "new,old".');
      const bytes = Buffer.from(sealed.slice(sealedPrefix(key.id).length), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(purpose, 'utf8'))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    },
    canRead: (sealed) => keyOf(sealed) !== undefined,
    fingerprint: (text) => createHmac('sha256', newest.fingerprints).update(text, 'utf8').digest('hex'),
  };
}
