import { createHash } from 'node:crypto';

/** The personal parts of an attempt: each can be erased without breaking the chain. */
export const EVIDENCE_PARTS = ['requestUrl', 'requestHeaders', 'requestBody', 'responseHeaders', 'responseBody', 'reason', 'furtherExchanges'] as const;

export type EvidencePart = (typeof EVIDENCE_PARTS)[number];

/** The text of each part exactly as stored; null where there is none. */
export type PartTexts = Record<EvidencePart, string | null>;

/** One random salt a part, hex. Without it a short part (a phone number) could be guessed from its hash. */
export type PartSalts = Record<EvidencePart, string>;

/** What is kept of a part beside its text. `salt` is null once the part was erased; the hash stays, for the chain. */
export interface SealedPart {
  salt: string | null;
  /** SHA-256, hex, of the salt's bytes and the text in UTF-8. */
  hash: string;
}

export type SealedParts = Record<EvidencePart, SealedPart | null>;

/** Everything else that an attempt's hash covers: nothing personal, so it is never erased. Times ISO 8601, UTC, milliseconds. */
export interface EvidenceFacts {
  deliveryId: string;
  number: number;
  round: number;
  startedAt: string;
  finishedAt: string;
  durationMs: number | null;
  timeToFirstByteMs: number | null;
  method: string | null;
  /** SHA-256, hex, of the exact bytes sent. */
  bodySha256: string | null;
  address: string | null;
  status: number | null;
  bodyTruncated: boolean | null;
  outcome: string;
  kind: string | null;
  code: string | null;
  counted: boolean;
  nextAttemptAt: string | null;
  configVersion: number;
  gate: string;
}

/** A finished attempt as read back from where it is kept. */
export interface EvidenceLink {
  facts: EvidenceFacts;
  texts: PartTexts;
  parts: SealedParts;
  previousHash: string | null;
  hash: string;
}

/** The end of a delivery's chain, kept apart from its attempts, so that a cut-off end is noticed too. */
export interface ChainHead {
  hash: string | null;
  length: number;
}

function forEachPart<T>(make: (part: EvidencePart) => T): Record<EvidencePart, T> {
  return {
    requestUrl: make('requestUrl'),
    requestHeaders: make('requestHeaders'),
    requestBody: make('requestBody'),
    responseHeaders: make('responseHeaders'),
    responseBody: make('responseBody'),
    reason: make('reason'),
    furtherExchanges: make('furtherExchanges'),
  };
}

/** Makes the salts of one attempt from a source of randomness: `random` returns at least 16 bytes, hex. */
export function makeSalts(random: () => string): PartSalts {
  return forEachPart(random);
}

function hashPart(salt: string, text: string): string {
  return createHash('sha256').update(Buffer.from(salt, 'hex')).update(text, 'utf8').digest('hex');
}

/** Hashes each part with its own salt. */
export function sealParts(texts: PartTexts, salts: PartSalts): SealedParts {
  return forEachPart((part) => {
    const text = texts[part];
    return text === null ? null : { salt: salts[part], hash: hashPart(salts[part], text) };
  });
}

/** What the hash of every attempt covers, there or not. */
const FIRST_PARTS = EVIDENCE_PARTS.filter((part) => part !== 'furtherExchanges');

/** The hash that chains an attempt to the one finished before it (null for the first): SHA-256, hex, of a JSON array in fixed order. */
export function chainHash(previousHash: string | null, facts: EvidenceFacts, parts: SealedParts): string {
  const canonical = [
    'leadrail-attempt-1',
    previousHash,
    facts.deliveryId,
    facts.number,
    facts.round,
    facts.startedAt,
    facts.finishedAt,
    facts.durationMs,
    facts.timeToFirstByteMs,
    facts.method,
    facts.bodySha256,
    facts.address,
    facts.status,
    facts.bodyTruncated,
    facts.outcome,
    facts.kind,
    facts.code,
    facts.counted,
    facts.nextAttemptAt,
    facts.configVersion,
    facts.gate,
    ...FIRST_PARTS.map((part) => parts[part]?.hash ?? null),
    // Most attempts have none, and those of before it was kept have a hash without it.
    ...(parts.furtherExchanges === null ? [] : [parts.furtherExchanges.hash]),
  ];
  return createHash('sha256').update(JSON.stringify(canonical), 'utf8').digest('hex');
}

/** A part is sound when its text has its hash, or when text and salt were erased together. */
function isPartSound(text: string | null, sealed: SealedPart | null): boolean {
  if (sealed === null) return text === null;
  if (sealed.salt === null) return text === null;
  return text !== null && hashPart(sealed.salt, text) === sealed.hash;
}

function isLinkSound(link: EvidenceLink): boolean {
  return (
    EVIDENCE_PARTS.every((part) => isPartSound(link.texts[part], link.parts[part])) &&
    chainHash(link.previousHash, link.facts, link.parts) === link.hash
  );
}

/**
 * Recomputes a chain of finished attempts, in any order, against its head. Returns the number of the first attempt that is
 * changed, missing or out of line, or null when all is as it was written.
 */
export function findBreak(head: ChainHead, links: EvidenceLink[]): number | null {
  const following = new Map(links.map((link) => [link.previousHash, link]));
  const unreached = new Set(links);
  let last: EvidenceLink | null = null;
  for (let link = following.get(null); link && unreached.has(link); link = following.get(link.hash)) {
    if (!isLinkSound(link)) return link.facts.number;
    unreached.delete(link);
    last = link;
  }
  if (unreached.size > 0) return Math.min(...[...unreached].map((link) => link.facts.number));
  const complete = head.length === links.length && head.hash === (last?.hash ?? null);
  return complete ? null : (last?.facts.number ?? 0) + 1;
}
