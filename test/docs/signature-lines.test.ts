import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { signatureHeaders } from '../../src/egress/signing.ts';

const ROOT = new URL('../../', import.meta.url);
const page = await readFile(new URL('docs/for-buyers.md', ROOT), 'utf8');

/** The blocks of one language, in order. */
const blocks = (language: string) => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');

const OLD = `whsec_${Buffer.from('the old signing key, made up').toString('base64')}`;
const NEW = `whsec_${Buffer.from('the new signing key, made up').toString('base64')}`;
const BODY = '{"name":"Zoë"}';

interface Case {
  what: string;
  headers: Record<string, string>;
  body: string;
  secret: string;
  fits: boolean;
}

function signed(secrets: string[], ageMs = 0): Record<string, string> {
  return Object.fromEntries(signatureHeaders({ deliveryId: '00000000-0000-5000-8000-000000000001', sentAt: new Date(Date.now() - ageMs), body: Buffer.from(BODY) }, secrets));
}

const MINUTE_MS = 60_000;
const CASES: Case[] = [
  { what: 'as it was sent', headers: signed([OLD]), body: BODY, secret: OLD, fits: true },
  { what: 'a minute later', headers: signed([OLD], MINUTE_MS), body: BODY, secret: OLD, fits: true },
  { what: 'while the secret is replaced, before', headers: signed([OLD, NEW]), body: BODY, secret: OLD, fits: true },
  { what: 'while the secret is replaced, after', headers: signed([OLD, NEW]), body: BODY, secret: NEW, fits: true },
  { what: 'another body', headers: signed([OLD]), body: '{"name":"Eve"}', secret: OLD, fits: false },
  { what: 'another secret', headers: signed([OLD]), body: BODY, secret: NEW, fits: false },
  { what: 'another id', headers: { ...signed([OLD]), 'webhook-id': 'another' }, body: BODY, secret: OLD, fits: false },
  { what: 'a repetition after ten minutes', headers: signed([OLD], 10 * MINUTE_MS), body: BODY, secret: OLD, fits: false },
  { what: 'from the future', headers: signed([OLD], -10 * MINUTE_MS), body: BODY, secret: OLD, fits: false },
  { what: 'no signature', headers: { 'webhook-id': 'x', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) }, body: BODY, secret: OLD, fits: false },
  { what: 'nothing at all', headers: {}, body: BODY, secret: OLD, fits: false },
  { what: 'another version', headers: { ...signed([OLD]), 'webhook-signature': `v2,${createHmac('sha256', 'k').digest('base64')}` }, body: BODY, secret: OLD, fits: false },
];

/** What the lines of the page say to each case. */
async function run(program: string, parameters: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(program, parameters, { cwd: fileURLToPath(ROOT), env: { ...process.env, CASES: JSON.stringify(CASES) } });
  return JSON.parse(stdout);
}

const expected = CASES.map(({ what, fits }) => `${what}: ${String(fits)}`);

describe('the lines that check a signature', () => {
  it.each(blocks('js').map((code, index) => [index + 1, code] as const))('work in Node, block %i', async (_number, code) => {
    const ask = 'console.log(JSON.stringify(JSON.parse(process.env.CASES).map(({ what, headers, body, secret }) => `${what}: ${isSigned(headers, Buffer.from(body), secret)}`)))';
    expect(await run(process.execPath, ['--input-type=module', '--eval', `${code}\n${ask}`])).toEqual(expected);
  });

  it.each(blocks('python').map((code, index) => [index + 1, code] as const))('work in Python, block %i', async (_number, code) => {
    const ask = 'import json, os\nprint(json.dumps([f"{c[\'what\']}: {str(is_signed(c[\'headers\'], c[\'body\'].encode(), c[\'secret\'])).lower()}" for c in json.loads(os.environ["CASES"])]))';
    expect(await run('python3', ['-c', `${code}\n${ask}`])).toEqual(expected);
  });

  it('are all there', () => {
    expect([blocks('js').length, blocks('python').length, blocks('php').length]).toEqual([2, 1, 1]);
  });
});
