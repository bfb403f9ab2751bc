import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HttpExchange } from '../egress/http-client.ts';
import { Redactions } from '../domain/masking/mask.ts';
import { addedCredentials } from './added-credentials.ts';
import type { RenderedRequest } from './channel.ts';
import { maskExchange, maskOutcome, maskRequest } from './masking.ts';

const SECRET = 's3cr&t "x"';
const body = Buffer.from(JSON.stringify({ name: 'Zoë', key: SECRET }));
const rendered = {
  method: 'POST',
  url: 'https://buyer.example/in?ssn=%2A%2A%2A%2A&key=s3cr%26t%20%22x%22',
  headers: [['Content-Type', 'application/json'], ['X-Api-Key', SECRET], ['Authorization', 'short']] as [string, string][],
  body,
};

function exchange(change: Partial<HttpExchange> = {}): HttpExchange {
  const answer = Buffer.from(`you sent ${SECRET} and s3cr&amp;t &quot;x&quot; and s3cr%26t+%22x%22 with tok`);
  return {
    request: { ...rendered, url: `${rendered.url}&partner=abc`, headers: [...rendered.headers, ['X-Partner', 'tok'], ['Idempotency-Key', 'id-1'], ['user-agent', 'Leadrail']] },
    requestWritten: true,
    address: '192.0.2.1:443',
    timeToFirstByteMs: 12,
    result: { kind: 'response', status: 200, headers: [['x-seen', SECRET], ['content-type', 'text/plain']], body: answer, bodyTruncated: false },
    ...change,
  };
}

/** As an attempt does it: what it added is among what is hidden. */
function evidenceOf(sent: HttpExchange, request: RenderedRequest, secrets: string[]) {
  const known = Redactions.of(secrets);
  return maskExchange(sent, { request, masked: maskRequest(request, known) }, known.and(addedCredentials(sent.request, request)));
}

describe('maskRequest', () => {
  it('blots hidden texts out of URL, headers and body, in the form each place gives them', () => {
    const shown = maskRequest(rendered, Redactions.of([SECRET]));
    expect(shown.url).toBe(`https://buyer.example/in?ssn=****&key=${'*'.repeat('s3cr%26t%20%22x%22'.length)}`);
    expect(shown.headers).toEqual([['Content-Type', 'application/json'], ['X-Api-Key', '*'.repeat(SECRET.length)], ['Authorization', '*****']]);
    expect(shown.body).toBe(`{"name":"Zoë","key":"${'*'.repeat('s3cr&t \\"x\\"'.length)}"}`);
  });

  it('shows Latin-1 as text, a form’s masks as asterisks, and bytes as base64', () => {
    const latin = maskRequest({ ...rendered, headers: [['content-type', 'text/plain; charset=iso-8859-1']], body: Buffer.from('Zoë', 'latin1') }, Redactions.none);
    expect(latin.body).toBe('Zoë');
    const form = maskRequest({ ...rendered, headers: [['content-type', 'application/x-www-form-urlencoded']], body: Buffer.from('ssn=%2A%2A') }, Redactions.none);
    expect(form.body).toBe('ssn=**');
    expect(maskRequest({ ...rendered, headers: [], body: Buffer.from([1, 0, 2]) }, Redactions.none).body).toBe('base64:AQAC');
    expect(maskRequest({ ...rendered, body: null }, Redactions.none).body).toBeNull();
  });
});

describe('maskExchange', () => {
  const shown = maskRequest(rendered, Redactions.of([SECRET]));

  it('adds what the attempt added: credentials masked, the rest legible', () => {
    const { request } = evidenceOf(exchange(), rendered, [SECRET]);
    expect(request.url).toBe(`${shown.url}&partner=***`);
    expect(request.headers.slice(3)).toEqual([['X-Partner', '***'], ['Idempotency-Key', 'id-1'], ['user-agent', 'Leadrail']]);
    expect(request.headers.slice(0, 3)).toEqual(shown.headers);
    expect(request.body).toBe(shown.body);
  });

  it('keeps hash, address and time, and hides from the answer what it echoes', () => {
    const evidence = evidenceOf(exchange(), rendered, [SECRET]);
    expect(evidence).toMatchObject({ bodySha256: createHash('sha256').update(body).digest('hex'), address: '192.0.2.1:443', timeToFirstByteMs: 12 });
    expect(evidence.response?.body).toMatch(/^you sent \*+ and \*+ and \*+ with tok$/);
    expect(evidence.response?.headers[0]).toEqual(['x-seen', '*'.repeat(SECRET.length)]);
  });

  it('shows the host that a path was sent to, as it comes with a token', () => {
    const path = { ...rendered, url: '/records/****' };
    const sent = exchange({ request: { ...rendered, url: 'https://instance.example/records/1234' } });
    expect(evidenceOf(sent, path, [SECRET]).request.url).toBe('https://instance.example/records/****');
  });

  it('hides a basic credential that the answer repeats', () => {
    const request = { ...rendered, headers: [['Authorization', 'Basic bWU6cGFzcw==']] as [string, string][] };
    const result = { kind: 'response' as const, status: 401, headers: [], body: Buffer.from('bad: bWU6cGFzcw=='), bodyTruncated: false };
    const evidence = evidenceOf(exchange({ request, result }), { ...request, headers: [] }, []);
    expect(evidence.response?.body).toBe(`bad: ${'*'.repeat('bWU6cGFzcw=='.length)}`);
    expect(evidence.request.headers).toEqual([['Authorization', '*'.repeat('Basic bWU6cGFzcw=='.length)]]);
  });

  it('has no response for a fault, and no hash for no body', () => {
    const fault = exchange({ request: { ...rendered, body: null }, result: { kind: 'fault', fault: 'timeout', code: 'ETIMEDOUT' } });
    expect(evidenceOf(fault, rendered, [])).toMatchObject({ response: null, bodySha256: null });
  });
});

describe('maskOutcome', () => {
  it('hides from the buyer’s words what they repeat', () => {
    expect(maskOutcome({ outcome: 'failure', reason: 'SSN 900-55-0123 is known', recipientId: 'x', billable: false }, Redactions.of(['900-55-0123']))).toEqual({
      outcome: 'failure',
      reason: 'SSN *********** is known',
      recipientId: 'x',
      billable: false,
    });
  });

  it('hides also what an excerpt has cut in two, or shows on one line', () => {
    expect(maskOutcome({ outcome: 'failure', reason: 'HTTP 400 (“got 900-55-0…”)', billable: false }, Redactions.of(['900-55-0123']))).toMatchObject({ reason: 'HTTP 400 (“got ********…”)' });
    expect(maskOutcome({ outcome: 'failure', reason: 'got 12 Oak Street', billable: false }, Redactions.of(['12  Oak\nStreet']))).toMatchObject({ reason: 'got *************' });
  });
});
