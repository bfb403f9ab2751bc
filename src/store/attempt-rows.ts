import type { InferSelectModel } from 'drizzle-orm';
import { z } from 'zod';
import type { EvidenceFacts, EvidenceLink, PartTexts, SealedParts } from '../domain/evidence/chain.ts';
import { storableText } from './columns.ts';
import type { AttemptRecord, FurtherExchange, MaskedRequest, MaskedResponse } from './records.ts';
import { attempts } from './schema.ts';

export type AttemptRow = InferSelectModel<typeof attempts>;

/** One attempt among many, as the key of a map. */
export function attemptKey({ deliveryId, number }: Pick<AttemptRow, 'deliveryId' | 'number'>): string {
  return `${deliveryId} ${number}`;
}

/** What the end of an attempt writes. */
export const endedColumns = {
  requestMethod: attempts.requestMethod,
  requestUrl: attempts.requestUrl,
  requestHeaders: attempts.requestHeaders,
  requestBody: attempts.requestBody,
  bodySha256: attempts.bodySha256,
  address: attempts.address,
  responseStatus: attempts.responseStatus,
  responseHeaders: attempts.responseHeaders,
  responseBody: attempts.responseBody,
  bodyTruncated: attempts.bodyTruncated,
  furtherExchanges: attempts.furtherExchanges,
  finishedAt: attempts.finishedAt,
  durationMs: attempts.durationMs,
  timeToFirstByteMs: attempts.timeToFirstByteMs,
  outcome: attempts.outcome,
  kind: attempts.kind,
  code: attempts.code,
  reason: attempts.reason,
  counted: attempts.counted,
  nextAttemptAt: attempts.nextAttemptAt,
  parts: attempts.parts,
  previousHash: attempts.previousHash,
  hash: attempts.hash,
};

const headersSchema = z.array(z.tuple([z.string(), z.string()]));
const furtherSchema = z.array(
  z.object({
    startedAt: z.string(),
    durationMs: z.number(),
    request: z.object({ method: z.string(), url: z.string(), headers: headersSchema, body: z.string().nullable() }),
    bodySha256: z.string().nullable(),
    response: z.object({ status: z.int(), headers: headersSchema, body: z.string(), bodyTruncated: z.boolean() }).nullable(),
    fault: z.string().nullable(),
    address: z.string().nullable(),
    timeToFirstByteMs: z.number().nullable(),
  }),
);

function readHeaders(text: string | null): [name: string, value: string][] {
  return text === null ? [] : headersSchema.parse(JSON.parse(text));
}

function storable(text: string | null): string | null {
  return text === null ? null : storableText(text);
}

/** A masked request as columns; null says that there was none. */
export function requestColumns(request: MaskedRequest | null) {
  return {
    requestMethod: request?.method ?? null,
    requestUrl: storable(request?.url ?? null),
    requestHeaders: request ? storableText(JSON.stringify(request.headers)) : null,
    requestBody: storable(request?.body ?? null),
  };
}

/** A masked answer as columns; null says that there was none. */
export function responseColumns(response: MaskedResponse | null) {
  return {
    responseStatus: response?.status ?? null,
    responseHeaders: response ? storableText(JSON.stringify(response.headers)) : null,
    responseBody: storable(response?.body ?? null),
    bodyTruncated: response?.bodyTruncated ?? null,
  };
}

/** Further exchanges as a column; null says that there were none. */
export function furtherColumn(exchanges: FurtherExchange[]): string | null {
  return exchanges.length === 0 ? null : storableText(JSON.stringify(exchanges));
}

/** A row as the record that the rest of Leadrail knows. An erased part reads as empty. */
export function toAttemptRecord(row: AttemptRow): AttemptRecord {
  return {
    deliveryId: row.deliveryId,
    number: row.number,
    round: row.round,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    durationMs: row.durationMs,
    request:
      row.requestMethod === null
        ? null
        : { method: row.requestMethod, url: row.requestUrl ?? '', headers: readHeaders(row.requestHeaders), body: row.requestBody },
    bodySha256: row.bodySha256,
    response:
      row.responseStatus === null
        ? null
        : {
            status: row.responseStatus,
            headers: readHeaders(row.responseHeaders),
            body: row.responseBody ?? '',
            bodyTruncated: row.bodyTruncated ?? false,
          },
    address: row.address,
    timeToFirstByteMs: row.timeToFirstByteMs,
    furtherExchanges: row.furtherExchanges === null ? [] : furtherSchema.parse(JSON.parse(row.furtherExchanges)),
    outcome: row.outcome,
    kind: row.kind,
    code: row.code,
    reason: row.reason,
    counted: row.counted,
    nextAttemptAt: row.nextAttemptAt,
    configVersion: row.configVersion,
    gate: row.gate,
    hash: row.hash,
    previousHash: row.previousHash,
  };
}

/** The personal parts of a row, character for character as stored. */
export function partTexts(row: AttemptRow): PartTexts {
  const { requestUrl, requestHeaders, requestBody, responseHeaders, responseBody, reason, furtherExchanges } = row;
  return { requestUrl, requestHeaders, requestBody, responseHeaders, responseBody, reason, furtherExchanges };
}

/** What else of a finished row its hash covers. */
export function evidenceFacts(row: AttemptRow, end: { finishedAt: string; outcome: string }): EvidenceFacts {
  return {
    deliveryId: row.deliveryId,
    number: row.number,
    round: row.round,
    startedAt: row.startedAt,
    finishedAt: end.finishedAt,
    durationMs: row.durationMs,
    timeToFirstByteMs: row.timeToFirstByteMs,
    method: row.requestMethod,
    bodySha256: row.bodySha256,
    address: row.address,
    status: row.responseStatus,
    bodyTruncated: row.bodyTruncated,
    outcome: end.outcome,
    kind: row.kind,
    code: row.code,
    counted: row.counted,
    nextAttemptAt: row.nextAttemptAt,
    configVersion: row.configVersion,
    gate: row.gate,
  };
}

const NO_PARTS: SealedParts = { requestUrl: null, requestHeaders: null, requestBody: null, responseHeaders: null, responseBody: null, reason: null, furtherExchanges: null };

/** A row as a link of its delivery's chain; null while the attempt runs. A finished row that lacks its seals is a link that cannot hold. */
export function toEvidenceLink(row: AttemptRow): EvidenceLink | null {
  const { finishedAt, outcome, parts, hash } = row;
  if (finishedAt === null && hash === null) return null;
  return {
    facts: evidenceFacts(row, { finishedAt: finishedAt ?? '', outcome: outcome ?? '' }),
    texts: partTexts(row),
    // What was sealed before further exchanges were kept says nothing of them.
    parts: { ...NO_PARTS, ...parts },
    previousHash: row.previousHash,
    hash: hash ?? '',
  };
}
