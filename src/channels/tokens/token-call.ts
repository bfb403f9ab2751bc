import type { FieldValue } from '../../domain/fields/lead.ts';
import { renderForm } from '../../domain/render/form.ts';
import { mergeHeaders, type Header } from '../../domain/render/headers.ts';
import { renderJson } from '../../domain/render/json.ts';
import { renderQuery } from '../../domain/render/query.ts';
import { buildTree } from '../../domain/render/tree.ts';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import { textsFrom, type Source } from '../../domain/response/source.ts';
import type { HttpRequest } from '../../egress/http-client.ts';
import { lifetimeMs, type TokenAnswer } from './answer.ts';
import { tokenCallError, tokenCallStatus } from './failure.ts';
import type { Asked } from './oauth-answer.ts';
import type { TokenCallSettings } from './token-call-schema.ts';

/** The call that a buyer answers with a token. */
export function ownTokenRequest({ request }: TokenCallSettings): HttpRequest {
  const { method, url, headers, format, body, basic } = request;
  const values = Object.entries(body).map(([to, value]): { to: string; value: FieldValue } => ({ to, value }));
  const authorization: Header[] = basic === undefined ? [] : [['Authorization', `Basic ${Buffer.from(`${basic.username}:${basic.password}`, 'utf8').toString('base64')}`]];
  const configured = Object.entries(headers);
  if (method === 'GET') return { method, url: renderQuery(url, values), headers: mergeHeaders(configured, authorization), body: null };
  const type = format === 'json' ? 'application/json' : 'application/x-www-form-urlencoded';
  const text = format === 'json' ? renderJson(values.length === 0 ? new Map() : buildTree(values)) : renderForm(values);
  return { method, url, headers: mergeHeaders([['Content-Type', type]], configured, authorization), body: Buffer.from(text, 'utf8') };
}

/** Reads a buyer's own answer: the token is the first text that is found where the configuration says. */
export function readOwnAnswer(settings: TokenCallSettings, raw: RawAnswer, { host, now }: Asked): TokenAnswer {
  const answer = readAnswer(raw, undefined);
  const byStatus = tokenCallStatus(host, answer, '', now);
  if (byStatus !== null) return { ok: false, isGrantRefused: false, error: byStatus };
  const first = (sources: readonly Source[]) => sources.flatMap((source) => textsFrom(answer, source))[0];
  const accessToken = first(settings.token);
  if (accessToken === undefined && (answer.body.kind === 'html' || answer.body.kind === 'unreadable')) {
    // A page in the place of an API's answer: of a proxy, or while their system is away.
    const what = `HTTP ${raw.status} to the token call, with a page or something unreadable in the place of the answer; check the token URL, and whether their system is up.`;
    return { ok: false, isGrantRefused: false, error: tokenCallError(host, 'transient', 'unreadable-answer', what) };
  }
  if (accessToken === undefined) {
    const what = `HTTP ${raw.status} to the token call, but no token where \`token\` says; check the path, and whether they refuse the credentials with a 200.`;
    return { ok: false, isGrantRefused: false, error: tokenCallError(host, 'permanent', 'unauthorized', what) };
  }
  const said = lifetimeMs(first(settings.expiresIn ?? []));
  return { ok: true, tokens: { accessToken, refreshToken: null, scope: null, lifetimeMs: said ?? settings.validForMs } };
}
