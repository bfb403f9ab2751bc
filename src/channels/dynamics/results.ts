import type { Failure, Success } from '../../domain/delivery/outcome.ts';
import { recordLink } from './addresses.ts';
import type { DynamicsConfig } from './config.ts';

/** A lead that they have, with the record's id where it is known: one found by an alternate key keeps its id to itself. */
export interface Delivered {
  outcome: Success;
  captures: Record<string, string>;
}

/** The lead is theirs. */
export function delivered(config: DynamicsConfig, recordId: string | null): Delivered {
  return {
    outcome: { outcome: 'success', billable: true, ...(recordId === null ? {} : { recipientId: recordId }) },
    captures: recordId === null ? {} : { link: recordLink(config, recordId) },
  };
}

/** Their duplicate detection refuses the lead, whoever asked it. */
export function refusedAsDuplicate({ onDuplicate }: Pick<DynamicsConfig, 'onDuplicate'>, words: string): Failure {
  const said = words === '' ? '' : ` (“${words}”)`;
  const advice = {
    reject: '`onDuplicate` is reject; update changes their record, accept makes a second one',
    update: 'none of their leads has the same email or phone, so there was none to update; see their duplicate detection rules',
    accept: 'and did so although it was told to let it pass; see their plug-ins',
  };
  return { outcome: 'failure', billable: false, reason: `Dynamics has this lead already, by its duplicate detection${said}: ${advice[onDuplicate]}` };
}
