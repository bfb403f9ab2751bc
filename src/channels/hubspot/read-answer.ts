import { z } from 'zod';
import type { DeliveryError, Failure, Success } from '../../domain/delivery/outcome.ts';
import { readAnswer, type RawAnswer } from '../../domain/response/answer.ts';
import type { Reading } from '../../domain/response/read.ts';
import { contactLink } from './addresses.ts';
import type { HubspotConfig } from './config.ts';
import { readError } from './error-body.ts';
import { refusalOf } from './errors.ts';

const contactSchema = z.object({
  id: z.union([z.string().min(1).max(100), z.number()]).transform(String),
  /** The contact's page, in newer answers. */
  url: z.string().max(2_000).regex(/^https?:\/\/[^\s]+$/i).optional().catch(undefined),
});

/** What HubSpot's answer to a contact says. */
export type ContactAnswer =
  | { said: 'saved'; contactId: string; url: string | undefined }
  /** They have a contact of this email. */
  | { said: 'duplicate'; existingId: string | undefined }
  | { said: 'refused'; outcome: DeliveryError };

/** Reads the answer to a create or an update. Pure. */
export function readContactAnswer(raw: RawAnswer, now: Date): ContactAnswer {
  const { status } = raw;
  if (status >= 200 && status < 300) return readSaved(raw);
  const said = readError(raw);
  if (status === 409) return { said: 'duplicate', existingId: said.existingId };
  return { said: 'refused', outcome: refusalOf(raw, said, now) };
}

/** A contact that they have, as an outcome. `url` is where the answer says it is; the configuration goes before it. */
export function delivered(config: HubspotConfig, contactId: string, url?: string): { outcome: Success; captures: Record<string, string> } {
  const link = contactLink(config, contactId) ?? url ?? null;
  return { outcome: { outcome: 'success', billable: true, recipientId: contactId }, captures: link === null ? {} : { link } };
}

/** The buyer wants nobody twice. */
export function refusedAsDuplicate(existingId: string | undefined): Failure {
  const which = existingId === undefined ? '' : ` (${existingId})`;
  const reason = `duplicate: HubSpot has a contact of this email already${which}. Where an attempt before ended without an answer, it may be this lead itself`;
  return { outcome: 'failure', billable: false, reason, ...(existingId === undefined ? {} : { recipientId: existingId }) };
}

/** A conflict without the id, which `update` and `accept` need. */
export function unknownDuplicate(): DeliveryError {
  return { outcome: 'error', kind: 'permanent', code: 'rule', reason: 'HTTP 409 from HubSpot, which does not say what this contact is in conflict with (“Existing ID: …”); nothing was changed. Look for the lead’s email in HubSpot, and check which other properties of theirs must be unique' };
}

/** For a preview, which sends nothing: what an answer to the create would lead to. */
export function readHubspotAnswer(config: HubspotConfig, raw: RawAnswer, now: Date): Reading {
  const answer = readContactAnswer(raw, now);
  switch (answer.said) {
    case 'saved':
      return { ...delivered(config, answer.contactId, answer.url), problems: [] };
    case 'refused':
      return { outcome: answer.outcome, captures: {}, problems: [] };
    case 'duplicate': {
      const { existingId } = answer;
      if (config.onDuplicate === 'reject') return { outcome: refusedAsDuplicate(existingId), captures: {}, problems: [] };
      if (existingId === undefined) return { outcome: unknownDuplicate(), captures: {}, problems: [] };
      const problem = config.onDuplicate === 'update' ? 'they have this contact already; when leads are sent it is updated, and the answer to that counts' : ALREADY_THERE;
      return { ...delivered(config, existingId), problems: [problem] };
    }
  }
}

/** What a person should know of an accepted duplicate. */
export const ALREADY_THERE = 'they had this contact already, and it was left as it is (`onDuplicate: accept`)';

function readSaved(raw: RawAnswer): ContactAnswer {
  const { body } = readAnswer(raw, undefined);
  const parsed = contactSchema.safeParse(body.kind === 'json' ? body.value : null);
  if (parsed.success) return { said: 'saved', contactId: parsed.data.id, url: parsed.data.url };
  const reason = `HTTP ${raw.status}, but this is no answer of HubSpot: it names no contact (id). Check \`baseUrl\`, and whether a proxy is in between. The lead may have arrived`;
  return { said: 'refused', outcome: { outcome: 'error', kind: 'unknown', code: 'unreadable-answer', reason } };
}
