import { describe, expect, it } from 'vitest';
import { isBrokenReference, isReservedSecretName, isSecretName, literalSecretName, resolveSecrets, secretName, secretNames } from './secret-reference.ts';

describe('secret references', () => {
  const texts: [text: string, name: string | null, broken: boolean][] = [
    ['secret://acme_token', 'acme_token', false],
    ['secret://.literal/acme/api/auth/token', '.literal/acme/api/auth/token', false],
    ['secret://', null, true],
    ['secret://.hidden', null, true],
    ['secret://a b', null, true],
    ['Bearer secret://acme_token', null, true],
    ['plain text', null, false],
  ];
  it.each(texts)('reads %s', (text, name, broken) => {
    expect([secretName(text), isBrokenReference(text)]).toEqual([name, broken]);
  });

  it('keeps the names of literal credentials apart from those that a person may set', () => {
    const name = literalSecretName('acme', 'api', ['headers', 'X/Key', 0]);
    expect(name).toBe('.literal/acme/api/headers/X%2FKey/0');
    expect([isReservedSecretName(name), isSecretName(name), isSecretName('acme.token-2')]).toEqual([true, false, true]);
  });

  it('finds names and puts values in, at any depth, as whole strings only', () => {
    const document = { a: ['secret://one', { b: 'secret://two' }], c: 'secret://one', d: 'see secret://one', e: 5 };
    expect(secretNames(document)).toEqual(['one', 'two']);
    expect(resolveSecrets(document, new Map([['one', '1']]))).toEqual({
      value: { a: ['1', { b: 'secret://two' }], c: '1', d: 'see secret://one', e: 5 },
      used: ['1'],
      missing: ['two'],
    });
  });

  it('takes braces of a secret for characters where a template stands, but not those of a template that is kept secret', () => {
    const document = { headers: { 'X-Key': 'secret://key' }, query: { key: 'secret://key' }, wrap: { parameter: 'xml', extra: { password: 'secret://key' } }, auth: { token: 'secret://key' }, url: 'secret://url' };
    const values = new Map([['key', 'p{a}ss}{'], ['url', 'https://buyer.example/k3y/{state}?a={city}']]);
    expect(resolveSecrets(document, values)).toEqual({
      value: {
        headers: { 'X-Key': 'p{{a}}ss}}{{' },
        query: { key: 'p{{a}}ss}}{{' },
        wrap: { parameter: 'xml', extra: { password: 'p{{a}}ss}}{{' } },
        auth: { token: 'p{a}ss}{' },
        url: 'https://buyer.example/k3y/{state}?a={city}',
      },
      used: ['p{a}ss}{', 'https://buyer.example/k3y/{state}?a={city}', 'https://buyer.example/k3y/'],
      missing: [],
    });
    const literal = literalSecretName('acme', 'api', ['headers', 'X-Key']);
    expect(resolveSecrets({ headers: { 'X-Key': `secret://${literal}` } }, new Map([[literal, 'key-{state}']])).value).toEqual({ headers: { 'X-Key': 'key-{state}' } });
  });
});
