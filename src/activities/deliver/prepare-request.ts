import type { DeliveryReference } from '../contract.ts';
import { boundChannelOf, type BoundChannel } from '../../channels/registry.ts';
import { maskRequest } from '../../channels/masking.ts';
import type { RenderedRequest } from '../../channels/channel.ts';
import type { DestinationCommon } from '../../domain/config/destination.ts';
import type { DeliveryError, ErrorCode } from '../../domain/delivery/outcome.ts';
import { readLead } from '../../domain/fields/read-lead.ts';
import { leadRedactions, maskLead, Redactions } from '../../domain/masking/mask.ts';
import type { DeliveryWork, KeptRequest } from '../../store/records.ts';
import type { DeliverDependencies } from './dependencies.ts';

/** A request ready to be sent, or why there is none. */
export type Prepared = PreparedRequest | { ok: false; configVersion: number; outcome: DeliveryError };

export interface PreparedRequest {
  ok: true;
  configVersion: number;
  channel: BoundChannel;
  destination: DestinationCommon;
  request: RenderedRequest;
  kept: KeptRequest;
  /** What no evidence may show: secrets, and the lead's sensitive values. */
  redactions: Redactions;
  /** Conditions that could not be evaluated and counted as false, for the lead's page. */
  notes: string[];
}

/**
 * Renders a delivery's request, or takes the bytes that the round's first attempt kept. A first delivery is made by the
 * configuration that its plan was pinned to; a release or redelivery by today's.
 */
export async function prepareRequest({ configuration, installation }: DeliverDependencies, input: DeliveryReference, work: DeliveryWork): Promise<Prepared> {
  const version = versionFor(input, work);
  // What was held or failed goes out once a person has put another credential: by the old one its destination would be shut again.
  const isFresh = work.delivery.round > 1 || work.attempts.length > 0;
  const resolved = await configuration.resolveDestination(version, input.buyer, input.destination, { isFresh });
  if (!resolved.ok) {
    const code = resolved.problem === 'secret-missing' ? 'secret-missing' : 'configuration';
    return { ok: false, configVersion: version === 'latest' ? input.configVersion : version, outcome: ours(code, resolved.explanation) };
  }
  const { destination, configVersion, secretValues } = resolved;
  if (destination.draft && !work.lead.test) {
    return { ok: false, configVersion, outcome: ours('configuration', `${input.buyer}/${input.destination} is a draft now; take \`draft: true\` away and send the lead again`) };
  }
  const channel = boundChannelOf(destination.type);
  const declarations = (await configuration.at(configVersion))?.config.sources.find(({ id }) => id === work.lead.source)?.fields ?? {};
  const lead = readLead(work.lead, declarations);
  const redactions = Redactions.ofLasting(secretValues).with(leadRedactions(lead, declarations));
  const deliveryId = input.deliveryId;
  if (work.rendered) {
    const { method, url, headers, body, configVersion: renderedBy } = work.rendered;
    return { ok: true, configVersion: renderedBy, channel, destination, request: { method, url, headers, body }, kept: work.rendered, redactions, notes: [] };
  }
  const rendered = channel.render({ config: destination, lead, deliveryId }, installation);
  if (!rendered.ok) return { ok: false, configVersion, outcome: ours('mapping', rendered.mistakes.map(({ to, message }) => `${to}: ${message}`).join('; ')) };
  const { request } = rendered;
  const shownLead = maskLead(lead, declarations);
  const shown = shownLead === lead ? rendered : channel.render({ config: destination, lead: shownLead, deliveryId }, installation);
  const masked = maskRequest(shown.ok ? shown.request : request, redactions);
  const notes = (rendered.notes ?? []).map(({ to, message }) => `${to}: ${message}`);
  return { ok: true, configVersion, channel, destination, request, kept: { configVersion, ...request, masked }, redactions, notes };
}

/** Attempts of one round are made of one configuration: the bytes stay the same also when they were not kept yet. */
function versionFor(input: DeliveryReference, { delivery, attempts }: DeliveryWork): number | 'latest' {
  const earlier = attempts.find((attempt) => attempt.round === delivery.round);
  if (earlier) return earlier.configVersion;
  return delivery.round <= 1 ? input.configVersion : 'latest';
}

function ours(code: ErrorCode, reason: string): DeliveryError {
  return { outcome: 'error', kind: 'permanent', code, reason };
}
