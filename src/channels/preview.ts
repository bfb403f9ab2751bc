import type { DestinationCommon } from '../domain/config/destination.ts';
import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import type { Lead } from '../domain/fields/lead.ts';
import type { RawAnswer } from '../domain/response/answer.ts';
import type { MaskedRequest } from '../store/records.ts';
import type { Installation } from './installation.ts';
import { Redactions } from '../domain/masking/mask.ts';
import { addedCredentials, maskSent } from './added-credentials.ts';
import { maskOutcome, maskRequest, maskTexts, redactExcerpt } from './masking.ts';
import { boundChannelOf } from './registry.ts';

/** What a preview is made of. */
export interface PreviewOrder {
  /** With its secrets resolved. */
  destination: DestinationCommon;
  /** Texts that nobody may be shown. */
  secretValues: readonly string[];
  lead: Lead;
  deliveryId: string;
  /** The buyer's answer to be read; null to see the request only. */
  answer: RawAnswer | null;
  installation: Installation;
  now: Date;
}

export interface Preview {
  /** Secrets masked; null when no request can be made of the lead, or the channel makes none. */
  request: MaskedRequest | null;
  /** Null when there is no answer to read. */
  result: { outcome: AttemptOutcome; captures: Record<string, string> } | null;
  /** Conditions that could not be evaluated and counted as false, and what the channel remarks on the request. */
  notes: string[];
}

/** Shows what would be sent for a lead, and what an answer would mean. Nothing is sent. */
export function previewDelivery({ destination, secretValues, lead, deliveryId, answer, installation, now }: PreviewOrder): Preview {
  const channel = boundChannelOf(destination.type);
  const rendered = channel.render({ config: destination, lead, deliveryId }, installation);
  if (!rendered.ok) {
    const reason = rendered.mistakes.map(({ to, message }) => `${to}: ${message}`).join('; ');
    return { request: null, result: { outcome: { outcome: 'error', kind: 'permanent', code: 'mapping', reason }, captures: {} }, notes: [] };
  }
  const notes = [...(rendered.notes ?? []).map(({ to, message }) => `${to}: ${message}`), ...channel.remarks(rendered.request)];
  const sent = channel.preview({ config: destination, request: rendered.request, deliveryId, now });
  const redactions = Redactions.ofLasting(secretValues).and(sent === null ? [] : addedCredentials(sent, rendered.request));
  const request = sent === null ? null : maskSent(sent, { request: rendered.request, masked: maskRequest(rendered.request, redactions) }, redactions);
  const reading = answer === null ? null : channel.readAnswer(destination, answer, now);
  if (reading === null) return { request, result: null, notes };
  return { request, result: { outcome: maskOutcome(reading.outcome, redactions), captures: maskTexts(reading.captures, redactions) }, notes: [...notes, ...reading.problems.map((problem) => redactExcerpt(problem, redactions))] };
}
