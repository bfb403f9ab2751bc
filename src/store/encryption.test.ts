import { describe, expect, it } from 'vitest';
import { createEncryption } from './encryption.ts';

const plain = Buffer.from('a token of a buyer');

describe('encryption at rest', () => {
  it('opens what it sealed, and never seals twice alike', () => {
    const encryption = createEncryption('a key of enough length');
    const sealed = encryption.encrypt(plain, 'secret:x');
    expect(encryption.decrypt(sealed, 'secret:x')).toEqual(plain);
    expect(sealed).not.toBe(encryption.encrypt(plain, 'secret:x'));
    expect(sealed).toContain(encryption.keyId);
  });

  it('reads with the old key while rotating, and seals with the new one', () => {
    const sealed = createEncryption('the old key long enough').encrypt(plain, 'p');
    const rotating = createEncryption('the new key long enough, the old key long enough');
    const rotated = createEncryption('the new key long enough');
    expect(rotating.decrypt(sealed, 'p')).toEqual(plain);
    expect(rotated.decrypt(rotating.encrypt(plain, 'p'), 'p')).toEqual(plain);
    expect(rotated.canRead(sealed)).toBe(false);
  });

  it('takes 32 bytes in base64 as a key', () => {
    const text = Buffer.alloc(32, 7).toString('base64');
    expect(createEncryption(text).decrypt(createEncryption(text).encrypt(plain, ''), '')).toEqual(plain);
  });

  it.each([
    ['another purpose', (sealed: string) => [sealed, 'secret:y'] as const],
    ['a changed byte', (sealed: string) => [`${sealed.slice(0, -4)}${sealed.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`, 'secret:x'] as const],
    ['another key', () => [createEncryption('some other key of length').encrypt(plain, 'secret:x'), 'secret:x'] as const],
  ])('does not open %s', (_name, change) => {
    const encryption = createEncryption('a key of enough length');
    const [sealed, purpose] = change(encryption.encrypt(plain, 'secret:x'));
    expect(() => encryption.decrypt(sealed, purpose)).toThrow();
  });

  it('refuses a short key without quoting it', () => {
    expect(() => createEncryption('hunter2')).toThrow(/shorter than 16/);
    expect(() => createEncryption('hunter2')).not.toThrow(/hunter2/);
    expect(() => createEncryption('a key of enough length,')).toThrow(/shorter/);
  });
});
