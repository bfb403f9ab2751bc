import { describe, expect, it } from 'vitest';
import { checkConnection } from './check-connection.ts';
import { checkWebhook } from './check.ts';
import { webhookConfigSchema } from './config.ts';
import { selfSigned } from '../../egress/self-signed.test-support.ts';
import { credentialPaths } from './credentials.ts';

const config = (settings: Record<string, unknown>) => webhookConfigSchema.parse({ id: 'api', type: 'webhook', url: 'https://buyer.example/leads', ...settings });

const findings = (settings: Record<string, unknown>) => checkWebhook(config(settings)).map(({ path, severity }) => `${severity} ${path.join('.')}`);

const ours = selfSigned('leadrail.example');
const theirs = selfSigned('another.example');
const OAUTH = { type: 'oauth2', grant: 'client_credentials', tokenUrl: 'https://login.example/token', clientId: 'c', clientSecret: 's' };
const CODE = { ...OAUTH, grant: 'authorization_code', authorizeUrl: 'https://login.example/authorize' };
const OWN = { type: 'token', request: { url: 'https://login.example/token', body: { user: 'u', 'auth.password': 'p', pin: 'x', n: 1 }, headers: { 'X-Api-Key': 'k', 'X-App': 'a' }, basic: { username: 'u', password: 'b' } }, token: 'token' };

const SIGNED = { sign: 'secret://signing' };

describe('checkWebhook', () => {
  it.each([
    [{ ...SIGNED }, []],
    [{}, ['warning auth']],
    [{ url: 'http://buyer.example/', ...SIGNED }, ['warning url']],
    [{ url: 'secret://hook' }, []],
    [{ headers: { 'X-Api-Key': 'abc' } }, []],
    [{ headers: { 'X-Campaign': '{campaign}' } }, ['warning auth']],
    [{ map: [{ to: 'partner_key', value: 'secret://key' }] }, []],
    [{ map: [{ to: 'partner', value: 'leadrail' }] }, ['warning auth']],
    [{ auth: { type: 'bearer', token: 'secret://t' }, headers: { authorization: 'Bearer x' } }, ['error headers.authorization']],
    [{ auth: { type: 'header', name: 'Connection', value: 'x' } }, ['error auth.name']],
    [{ ...SIGNED, headers: { Accept: 'a', accept: 'b' } }, ['error headers.accept']],
    [{ ...SIGNED, headers: { 'Content-Length': '5', 'X-A': '}' } }, ['error headers.X-A', 'error headers.Content-Length']],
    [{ ...SIGNED, query: { a: '{b' }, wrap: { parameter: 'p', extra: { c: '}' } } }, ['error query.a', 'error wrap.extra.c']],
    [{ ...SIGNED, map: [{ to: 'a', from: 'b', when: '===' }] }, ['error map.0.when']],
    [{ ...SIGNED, response: { rules: [{ matches: '(', outcome: 'success' }] } }, ['error response.rules.0.matches']],
    [{ ...SIGNED, xml: { root: 'lead' } }, ['error xml']],
    [{ ...SIGNED, method: 'GET', format: 'json' }, ['warning format']],
    [{ testUrl: 'http://test.buyer.example/', ...SIGNED }, ['warning testUrl']],
    [{ proxy: 'http://me:pw@proxy.example:3128' }, ['warning auth']],
    [{ tls: { certificate: 'secret://c', key: 'secret://k', passphrase: 'secret://p' } }, []],
    [{ auth: OAUTH }, []],
    [{ auth: { ...OAUTH, tokenUrl: 'http://login.example/token' } }, ['warning auth.tokenUrl']],
    [{ auth: CODE }, []],
    [{ auth: { ...CODE, authorizeUrl: 'http://login.example/' } }, ['warning auth.authorizeUrl']],
    [{ auth: OAUTH, headers: { authorization: 'x' } }, ['error headers.authorization']],
    [{ auth: { ...OAUTH, send: { query: 'token' } }, headers: { Authorization: 'x' } }, []],
    [{ auth: { ...OAUTH, send: { header: 'Connection' } } }, ['error auth.send']],
    [{ auth: OWN }, []],
    [{ auth: { ...OWN, request: { url: 'http://login.example/', body: { 'a..b': 'x' } }, token: ['a', '['] } }, ['error auth.request.body.a..b', 'error auth.token.1', 'warning auth.request.url']],
  ])('finds in %j: %j', (settings, expected) => {
    expect(findings(settings)).toEqual(expected);
  });

  it.each([
    [{ certificate: ours.cert, key: ours.key }, []],
    [{ certificate: ours.cert, key: theirs.key }, ['error tls.key']],
    [{ certificate: 'text', key: 'text', authority: 'text' }, ['error tls.certificate', 'error tls.authority', 'error tls.key']],
    [{ certificate: ours.cert, key: 'secret://k', authority: theirs.cert }, []],
  ])('looks at a certificate and its key as far as they are there', (tls, expected) => {
    expect(findings({ tls })).toEqual(expected);
  });

  it('warns of a certificate that is out of date', () => {
    const { tls } = config({ tls: { certificate: ours.cert, key: ours.key } });
    expect(checkConnection({ tls }, new Date('2050-06-01'))).toEqual([{ path: ['tls', 'certificate'], severity: 'warning', message: expect.stringContaining('2049-12-31') as string }]);
  });

  it.each(['proxy.example:3128', 'socks5://proxy.example', 'http://proxy.example/path', 'http://proxy.example?x=1'])('refuses the proxy %s', (proxy) => {
    expect(webhookConfigSchema.safeParse({ id: 'api', type: 'webhook', url: 'https://buyer.example', proxy }).success).toBe(false);
  });

  it.each([
    ['buyer.example', /begin with http/],
    ['ftp://buyer.example/', /begin with http/],
    ['https://{host}/in', /not in its host/],
    ['https://a:b@buyer.example/', /auth/],
    ['https://buyer.example:99999/', /host and port/],
    ['https://buyer.example/{a', /template/],
  ])('refuses the URL %s', (url, message) => {
    const parsed = webhookConfigSchema.safeParse({ id: 'api', type: 'webhook', url });
    expect(parsed.error?.issues.map((issue) => issue.message).join()).toMatch(message);
  });

  it.each(['https://buyer.example', 'HTTP://127.0.0.1:8080/x?y={z}', 'https://buyer.example/{a}/b?c={d}#e', 'secret://hook'])('accepts the URL %s', (url) => {
    expect(webhookConfigSchema.safeParse({ id: 'api', type: 'webhook', url }).success).toBe(true);
  });

  it('names every place of a credential', () => {
    const paths = (settings: Record<string, unknown>) => credentialPaths(config(settings)).map((path) => path.join('.'));
    expect(paths({ auth: { type: 'basic', username: 'u', password: 'p' }, sign: ['a', 'b'] })).toEqual(['auth.password', 'sign.0', 'sign.1']);
    expect(paths({ auth: { type: 'query', name: 'k', value: 'v' }, headers: { Authorization: 'x', 'X-Token': '{token}', 'X-Name': 'n' }, query: { api_key: 'k' } })).toEqual([
      'auth.value',
      'headers.Authorization',
      'query.api_key',
    ]);
    expect(paths({ tls: { certificate: 'c', key: 'k', passphrase: 'p' }, proxy: 'http://me:pw@proxy.example' })).toEqual(['tls.key', 'tls.passphrase', 'proxy']);
    expect(paths({ auth: { ...OAUTH, parameters: { resource: 'r', assertion: 'a' } } })).toEqual(['auth.clientSecret', 'auth.parameters.assertion']);
    expect(paths({ auth: { ...OAUTH, grant: 'password', clientSecret: undefined, username: 'u', password: 'p' } })).toEqual(['auth.password']);
    expect(paths({ auth: { ...OAUTH, grant: 'refresh_token', refreshToken: 'r' } })).toEqual(['auth.clientSecret', 'auth.refreshToken']);
    expect(paths({ auth: OWN })).toEqual(['auth.request.headers.X-Api-Key', 'auth.request.body.auth.password', 'auth.request.body.pin', 'auth.request.basic.password']);
    expect(paths({ wrap: { parameter: 'xml', extra: { password: 'p' } }, sign: 'one' })).toEqual(['sign.0', 'wrap.extra.password']);
  });
});
