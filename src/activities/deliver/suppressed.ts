import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import type { SuppressionRecord } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { DeliveryReference } from '../contract.ts';
import type { Recorded } from './record-end.ts';

const CAUSES: Record<SuppressionRecord['cause'], string> = {
  bounced: 'an email to it came back for good',
  complained: 'its owner called an email spam',
  'opted-out': 'its owner answered STOP to a text message, which START undoes',
};

/** Why a request is not sent: an address of it is suppressed. Addresses are personal data, so the reason names the suppression. */
export function suppressedOutcome(suppressed: readonly SuppressionRecord[]): DeliveryError {
  const each = suppressed.map(({ id, since, cause }) => `suppressed since ${since} because ${CAUSES[cause]}; release it with DELETE /v1/suppressions/${id}`);
  return {
    outcome: 'error',
    kind: 'permanent',
    code: 'recipient',
    reason: `Nothing was sent: ${suppressed.length === 1 ? 'a recipient is' : `${suppressed.length} recipients are`} ${each.join('; ')}, once it takes messages again, or take it out of the destination.`,
  };
}

/** Whoever opted out gets nothing more, from whatever destination. After the attempt is written: lost in between, the next send says it again. */
export async function suppressOptedOut(
  { suppressions }: Pick<Store, 'suppressions'>,
  { buyer, destination, deliveryId, leadId }: Pick<DeliveryReference, 'buyer' | 'destination' | 'deliveryId' | 'leadId'>,
  address: string,
  { outcome, finishedAt }: Pick<Recorded, 'outcome' | 'finishedAt'>,
): Promise<void> {
  const reason = `${outcome.reason ?? 'The recipient opted out.'} Nothing is sent there any more until it is released: GET /v1/suppressions shows the number.`;
  await suppressions.add({ address, cause: 'opted-out', buyer, destination, deliveryId, since: finishedAt }, { lead: leadId, reason, raisedAt: finishedAt });
}
