import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readDocument } from '../domain/config/document.ts';
import { isMapping } from '../domain/config/strings.ts';
import { secretNames } from '../domain/config/secret-reference.ts';
import { allDestinationTypes } from './destination-types.ts';
import { maskLiterals } from './literal-credentials.ts';
import { missingSecretWarnings, prepareConfig } from './prepare.ts';

async function readExample(): Promise<unknown> {
  const text = await readFile(new URL('../../examples/first-steps.yaml', import.meta.url), 'utf8');
  const read = readDocument(text, 'application/yaml');
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  return read.document;
}

const webhook = (extra: object) => ({ buyers: [{ id: 'acme', destinations: [{ id: 'api', type: 'webhook', url: 'https://acme.example/in', ...extra }] }] });
const problemsOf = (document: unknown) => {
  const prepared = prepareConfig(document, undefined, allDestinationTypes);
  return prepared.ok ? prepared.warnings.map((warning) => `warning ${warning.path}`) : prepared.mistakes.map((mistake) => `${mistake.path}: ${mistake.message}`);
};

describe('examples/first-steps.yaml', () => {
  it('is valid as it stands, with no warning but for the secrets that nobody stored yet', async () => {
    const prepared = prepareConfig(await readExample(), undefined, allDestinationTypes);
    expect(prepared).toMatchObject({ ok: true, warnings: [], literals: new Map() });
    const document = prepared.ok ? prepared.document : null;
    expect(secretNames(document)).toEqual(['acme_token', 'acme_signing', 'bravo_token']);
    expect(missingSecretWarnings(document, ['acme_token', 'bravo_token']).map(({ path }) => path)).toEqual(['buyers[0].destinations[0].sign']);
  });

  it('is refused by name with what has not landed yet', async () => {
    const document = await readExample();
    if (!isMapping(document) || !Array.isArray(document['buyers'])) throw new Error('the example has no buyers');
    const buyers: unknown[] = document['buyers'];
    const acme = { ...(isMapping(buyers[0]) ? buyers[0] : {}), hours: { timezone: 'America/Chicago' }, caps: [{ per: 'day', leads: 200 }] };
    const inbox = { id: 'inbox', type: 'batch' };
    const bravo = { id: 'bravo', destinations: [{ id: 'api', type: 'webhook', url: 'https://bravo.example/in' }, inbox] };
    expect(problemsOf({ ...document, buyers: [acme, bravo, ...buyers.slice(2)] }).sort()).toEqual([
      'buyers[0].caps: `caps` is not available in this version yet (buyer acme)',
      'buyers[0].hours: `hours` is not available in this version yet (buyer acme)',
      'buyers[1].destinations[1].type: `batch` is not available in this version yet (buyer bravo, destination inbox)',
    ]);
  });
});

describe('a webhook', () => {
  const literals: [name: string, extra: object, masked: object][] = [
    ['a bearer token', { auth: { type: 'bearer', token: 'tok-1' } }, { auth: { type: 'bearer', token: '********' } }],
    ['a password', { auth: { type: 'basic', username: 'user', password: 'pass-1' } }, { auth: { type: 'basic', username: 'user', password: '********' } }],
    ['signing secrets', { sign: ['sign-1', 'secret://named'] }, { sign: ['********', 'secret://named'] }],
    ['a single signing secret', { sign: 'sign-1' }, { sign: '********' }],
    ['a client secret', { auth: { type: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://acme.example/token', clientId: 'id', clientSecret: 'cs-1' } }, { auth: { type: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://acme.example/token', clientId: 'id', clientSecret: '********' } }],
    ['a value of a token call', { auth: { type: 'token', request: { url: 'https://acme.example/token', body: { 'auth.key': 'key-1', user: 'u' } }, token: 'jwt' } }, { auth: { type: 'token', request: { url: 'https://acme.example/token', body: { 'auth.key': '********', user: 'u' } }, token: 'jwt' } }],
    ['a header named like a credential', { headers: { 'X-Api-Key': 'key-1', 'X-Campaign': 'summer' } }, { headers: { 'X-Api-Key': '********', 'X-Campaign': 'summer' } }],
  ];
  it.each(literals)('has %s kept apart, masked, and put back', (_name, extra, masked) => {
    const first = prepareConfig(webhook(extra), undefined, allDestinationTypes);
    if (!first.ok) throw new Error(JSON.stringify(first.mistakes));
    expect(first.literals.size).toBe(1);
    for (const value of first.literals.values()) expect(JSON.stringify(first.document)).not.toContain(value);
    expect(maskLiterals(first.document)).toEqual(webhook(masked));
    expect(prepareConfig(webhook(masked), first.document, allDestinationTypes)).toMatchObject({ ok: true, document: first.document, literals: new Map() });
  });

  const mistakes: [name: string, extra: object, problem: RegExp][] = [
    ['an unknown key', { timout: '1s' }, /^buyers\[0\]\.destinations\[0\]\.timout: .*did you mean `timeout`\? \(buyer acme, destination api\)$/],
    ['an unknown key of a mapping', { map: [{ to: 'a', from: 'b', requird: true }] }, /\.map\[0\]\.requird: .*did you mean `required`/],
    ['an unknown key of a response rule', { response: { rules: [{ when: 'response.status == 200', outcom: 'success' }] } }, /\.response\.rules\[0\]\.outcom: .*did you mean `outcome`/],
    ['an unknown key of the credentials', { auth: { type: 'bearer', tokn: 'x', token: 'y' } }, /\.auth\.tokn: `tokn` is not known here/],
    ['a way to get tokens that is not named', { auth: { type: 'oauth2', tokenUrl: 'https://acme.example/token', clientId: 'c' } }, /\.auth\.grant: `grant` is missing; expected one of "client_credentials", "password", "refresh_token", "authorization_code"/],
    ['another way to get tokens', { auth: { type: 'oauth2', grant: 'client_credential', tokenUrl: 'https://acme.example/token', clientId: 'c' } }, /\.auth\.grant: .*did you mean "client_credentials"/],
    ['a client without a secret', { auth: { type: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://acme.example/token', clientId: 'c' } }, /\.auth\.clientSecret: `clientSecret` is missing/],
    ['what belongs to another grant', { auth: { type: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://acme.example/token', clientId: 'c', clientSecret: 's', username: 'u' } }, /\.auth\.username: `username` is not known here/],
    ['a parameter that the protocol sets', { auth: { type: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://acme.example/token', clientId: 'c', clientSecret: 's', parameters: { grant_type: 'x' } } }, /\.auth\.parameters\.grant_type: Leadrail sets this parameter itself/],
    ['a token URL made from the lead', { auth: { type: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://acme.example/{state}', clientId: 'c', clientSecret: 's' } }, /\.auth\.tokenUrl: takes no \{field\}/],
    ['a token that goes nowhere', { auth: { type: 'token', request: { url: 'https://acme.example/token' }, token: 'jwt', send: { format: 'Bearer' } } }, /\.auth\.send.*: needs \{token\} once/],
    ['a wrong method', { method: 'PST' }, /\.method: expected one of .*did you mean "POST"/],
    ['a wrong address', { url: 'acme' }, /\.url: /],
    ['a mapping that collides', { auth: { type: 'bearer', token: 'x' }, map: [{ to: 'lead', from: 'a' }, { to: 'lead.email', from: 'b' }] }, /\.map\[1\].*: /],
    ['a mask with nothing behind it', { auth: { type: 'bearer', token: '********' } }, /\.auth\.token: \*{8} means "unchanged", but nothing is stored here/],
  ];
  it.each(mistakes)('is refused for %s', (_name, extra, problem) => {
    expect(problemsOf(webhook(extra))).toContainEqual(expect.stringMatching(problem));
  });

  it('is accepted with warnings where a person should look again', () => {
    expect(problemsOf(webhook({ url: 'http://acme.example/in' }))).toEqual(['warning buyers[0].destinations[0].url', 'warning buyers[0].destinations[0].auth']);
  });
});
