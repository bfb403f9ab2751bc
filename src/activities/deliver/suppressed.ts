import type { DeliveryError } from '../../domain/delivery/outcome.ts';
import type { SuppressionRecord } from '../../store/records.ts';

const CAUSES: Record<SuppressionRecord['cause'], string> = {
  bounced: 'an email to it came back for good',
  complained: 'its owner called an email spam',
};

/** Why a request is not sent: an address of it is suppressed. Addresses are personal data, so the reason names the suppression. */
export function suppressedOutcome(suppressed: readonly SuppressionRecord[]): DeliveryError {
  const each = suppressed.map(({ id, since, cause }) => `suppressed since ${since} because ${CAUSES[cause]}; release it with DELETE /v1/suppressions/${id}`);
  return {
    outcome: 'error',
    kind: 'permanent',
    code: 'recipient',
    reason: `Nothing was sent: ${suppressed.length === 1 ? 'a recipient is' : `${suppressed.length} recipients are`} ${each.join('; ')}, once it takes mail again, or take the address out of the destination.`,
  };
}
