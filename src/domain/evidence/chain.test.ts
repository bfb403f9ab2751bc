import { describe, expect, it } from 'vitest';
import { chainHash, findBreak, makeSalts, sealParts, type EvidenceFacts, type EvidenceLink, type PartTexts } from './chain.ts';

function link(number: number, previousHash: string | null): EvidenceLink {
  const facts: EvidenceFacts = {
    deliveryId: 'd1',
    number,
    round: 1,
    startedAt: '2026-03-01T10:00:00.000Z',
    finishedAt: '2026-03-01T10:00:01.000Z',
    durationMs: 1000,
    timeToFirstByteMs: 12.5,
    method: 'POST',
    bodySha256: 'ab',
    address: '203.0.113.7:443',
    status: 500,
    bodyTruncated: false,
    outcome: 'error',
    kind: 'transient',
    code: 'http-status',
    counted: true,
    nextAttemptAt: null,
    configVersion: 3,
    gate: 'closed',
  };
  const texts: PartTexts = {
    requestUrl: 'https://buyer.example/in?phone=5125550101',
    requestHeaders: '[]',
    requestBody: '{"phone":"5125550101"}',
    responseHeaders: '[]',
    responseBody: 'sorry',
    reason: null,
    furtherExchanges: number === 2 ? '[{"request":{}}]' : null,
  };
  let salt = number * 100;
  const parts = sealParts(texts, makeSalts(() => (salt++).toString(16).padStart(32, '0')));
  return { facts, texts, parts, previousHash, hash: chainHash(previousHash, facts, parts) };
}

function chain(length: number): EvidenceLink[] {
  const links: EvidenceLink[] = [];
  for (let number = 1; number <= length; number++) links.push(link(number, links.at(-1)?.hash ?? null));
  return links;
}

const headOf = (links: EvidenceLink[]) => ({ hash: links.at(-1)?.hash ?? null, length: links.length });

function linkAt(links: EvidenceLink[], index: number): EvidenceLink {
  const found = links[index];
  if (!found) throw new Error(`no link at ${index}`);
  return found;
}

describe('the chain of a delivery’s attempts', () => {
  it('holds as written, in whatever order it is read, and when empty', () => {
    const links = chain(3);
    expect(findBreak(headOf(links), links.toReversed())).toBeNull();
    expect(findBreak({ hash: null, length: 0 }, [])).toBeNull();
  });

  it.each<[string, (links: EvidenceLink[]) => EvidenceLink[], number]>([
    ['a changed body', (links) => ((linkAt(links, 1).texts.responseBody = 'welcome'), links), 2],
    ['a changed fact', (links) => ((linkAt(links, 1).facts.status = 200), links), 2],
    ['a body removed without its salt', (links) => ((linkAt(links, 0).texts.requestBody = null), links), 1],
    ['a part that was added', (links) => ((linkAt(links, 0).texts.reason = 'made up'), links), 1],
    ['an attempt removed from the middle', (links) => links.filter((one) => one.facts.number !== 2), 3],
    ['the last attempt removed', (links) => links.slice(0, 2), 3],
    ['every attempt removed', () => [], 1],
    ['an attempt rewritten with a fresh hash', (links) => [linkAt(links, 0), { ...link(2, linkAt(links, 0).hash), hash: 'ff' }, linkAt(links, 2)], 2],
  ])('finds %s', (_name, tamper, brokenAt) => {
    const links = chain(3);
    const head = headOf(links);
    expect(findBreak(head, tamper(links))).toBe(brokenAt);
  });

  it('still holds when a personal part and its salt were erased', () => {
    const links = chain(2);
    const head = headOf(links);
    const first = linkAt(links, 0);
    first.texts.requestBody = null;
    if (first.parts.requestBody) first.parts.requestBody.salt = null;
    expect(findBreak(head, links)).toBeNull();
  });

  it('hashes equal parts differently, so that nobody can compare two people', () => {
    const [one, two] = chain(2);
    expect(one?.parts.requestBody?.hash).not.toBe(two?.parts.requestBody?.hash);
  });
});
