import type { AttemptOutcome } from '../domain/delivery/outcome.ts';
import type { Plan, DeliveryStanding, PlannedDelivery } from '../domain/delivery/plan.ts';
import type { DeadLetterKind, DeliveryState, LeadStatus, ReasonCode } from '../domain/delivery/state.ts';

/** A lead as stored. Times are ISO 8601, UTC, milliseconds, everywhere in the store's records. */
export interface LeadRecord {
  id: string;
  source: string;
  status: LeadStatus;
  /** For a person, e.g. `no route`; null when the status says it all. */
  reason: string | null;
  test: boolean;
  receivedAt: string;
  /** Raw values by flat name, in order of arrival. */
  fields: Record<string, unknown>;
  plan: Plan;
  /** Conditions that could not be evaluated for this lead: a person reads them on the lead's page. */
  notes: string[];
}

export interface DeliveryRecord {
  id: string;
  leadId: string;
  /** What the plan says about it. */
  planned: PlannedDelivery;
  /** Where it stands in the lead's page. */
  position: number;
  state: DeliveryState;
  reason: ReasonCode | null;
  /** The sentence a person reads: the buyer's own words or what to check. */
  explanation: string | null;
  recipientId: string | null;
  billable: boolean | null;
  price: number | null;
  /** What the configuration keeps of the answer, by its own names. */
  captures: Record<string, string> | null;
  /** Set while state is `held`. */
  heldUntil: string | null;
  /** For whom it was held: the entity's gate version at that time. */
  heldAt: string | null;
  /** Counts releases and redeliveries: each round has the retry budget of its own. */
  round: number;
  deadLetter: DeadLetterKind | null;
  /** For a delivery made again with edited fields, or after it had been delivered: the id of the original. */
  redeliveryOf: string | null;
  /** The workflow that waits for the delivery while it is held. */
  workflowId: string;
  settledAt: string | null;
}

/** What was sent, as a person may see it: secrets and sensitive fields masked. */
export interface MaskedRequest {
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: string | null;
}

export interface MaskedResponse {
  status: number;
  headers: [name: string, value: string][];
  body: string;
  bodyTruncated: boolean;
}

/** A further request of an attempt, with what came of it: an update after a create that was refused, a try with a token that was no good any more. */
export interface FurtherExchange {
  startedAt: string;
  durationMs: number;
  request: MaskedRequest;
  /** SHA-256, hex, of the exact bytes of the body as sent. */
  bodySha256: string | null;
  /** Null where none came; `fault` says why. */
  response: MaskedResponse | null;
  fault: string | null;
  address: string | null;
  timeToFirstByteMs: number | null;
}

export interface AttemptRecord {
  deliveryId: string;
  number: number;
  round: number;
  startedAt: string;
  finishedAt: string | null;
  durationMs: number | null;
  request: MaskedRequest | null;
  /** SHA-256, hex, of the exact bytes of the body as sent. */
  bodySha256: string | null;
  response: MaskedResponse | null;
  address: string | null;
  timeToFirstByteMs: number | null;
  /** Those beside `request` and `response`, in the order of their answers. */
  furtherExchanges: FurtherExchange[];
  /** Null while it runs. */
  outcome: AttemptOutcome['outcome'] | null;
  kind: string | null;
  code: string | null;
  reason: string | null;
  /** False for what uses up no attempt of the destination: our own faults and failed probes. */
  counted: boolean;
  nextAttemptAt: string | null;
  configVersion: number;
  /** Breaker state seen before sending, e.g. `closed` or `half-open`. */
  gate: string;
  /** Hex; chains this attempt to the one before it of the same delivery. Null while it runs. */
  hash: string | null;
  previousHash: string | null;
}

/** What an activity needs to go on with a delivery, in one read. */
export interface DeliveryWork {
  lead: LeadRecord;
  delivery: DeliveryRecord;
  /** Every attempt so far, oldest first, without bodies. */
  attempts: Pick<AttemptRecord, 'number' | 'round' | 'startedAt' | 'finishedAt' | 'nextAttemptAt' | 'outcome' | 'kind' | 'code' | 'counted' | 'configVersion'>[];
  /** The exact bytes kept from the round's first attempt. */
  rendered: KeptRequest | null;
}

/** The rendered request of a round (encrypted at rest), with the configuration version it was made from. */
export interface KeptRequest {
  configVersion: number;
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: Uint8Array | null;
  /** The same request with sensitive values masked. */
  masked: MaskedRequest;
}

/** The end of an attempt, written in one transaction with what follows for the delivery and the lead. */
export interface AttemptEnd {
  deliveryId: string;
  number: number;
  finishedAt: string;
  durationMs: number;
  response: MaskedResponse | null;
  /** Request as really sent: headers of authentication included, masked. */
  request: MaskedRequest | null;
  bodySha256: string | null;
  address: string | null;
  timeToFirstByteMs: number | null;
  furtherExchanges?: FurtherExchange[];
  outcome: AttemptOutcome;
  counted: boolean;
  nextAttemptAt: string | null;
  /** What the delivery becomes; null while it will be tried again. */
  settled: Settlement | null;
}

export interface Settlement extends DeliveryStanding {
  explanation: string | null;
  recipientId?: string | null;
  billable?: boolean | null;
  price?: number | null;
  captures?: Record<string, string> | null;
  deadLetter: DeadLetterKind | null;
  /** Sent again by itself once its destination has recovered: it ran out of retries in an outage. */
  releaseOnRecovery?: boolean;
}

export interface AlertRecord {
  id: string;
  kind: 'breaker-open' | 'destination-shut' | 'delivery-problem' | 'recipient-suppressed' | 'spreadsheet-nearly-full';
  buyer: string;
  destination: string | null;
  lead: string | null;
  reason: string;
  raisedAt: string;
  clearedAt: string | null;
}

/** An email address or a number that nothing is sent to any more, until a person releases it. */
export interface SuppressionRecord {
  id: string;
  address: string;
  /** `bounced`: it takes no mail; `complained`: its owner called an email spam; `opted-out`: its owner answered STOP to a text message. */
  cause: 'bounced' | 'complained' | 'opted-out';
  /** Of the delivery by which it came to light. */
  buyer: string;
  destination: string;
  deliveryId: string;
  since: string;
}

/** How an email came back: for good, or so that the next may arrive. */
export type Bounce = 'hard' | 'soft';

/** What became of a destination's messages, test leads left out. Each that was accepted is in one of `delivered`, `bounced`, `failed` and `awaited`. */
export interface DeliveryCounts {
  /** Taken by the provider. */
  accepted: number;
  /** Said to have reached the recipient. */
  delivered: number;
  bounced: Record<Bounce, number>;
  /** Lost after it was taken, otherwise than by a bounce. */
  failed: number;
  /** Nothing was said of them yet. */
  awaited: number;
  /** Called spam, also where they are in `delivered`. */
  complained: number;
}

/** A DNS record to set for a domain that emails are sent from. */
export interface DnsRecord {
  /** What it is for: `SPF`, `DKIM`. */
  purpose: string;
  /** `MX`, `TXT`, `CNAME`. */
  type: string;
  name: string;
  value: string;
  priority: number | null;
  /** What the provider found of it. */
  status: string;
}

/** A domain that emails are sent from. */
export interface SenderDomainRecord {
  id: string;
  name: string;
  /** The provider's word; `verified` is good. */
  status: string;
  records: DnsRecord[];
  /** The secret with the API key of its account; null for the installation's. */
  keyName: string | null;
  /** Where its provider is reached; null for the provider's own address. */
  baseUrl: string | null;
  checkedAt: string;
}

export interface ConfigVersionRecord {
  version: number;
  /** The document as stored: literal credentials replaced by references to encrypted secrets. */
  document: unknown;
  appliedAt: string;
  /** `api`, `file` or `start`. */
  origin: string;
  /** SHA-256 of the file it came from: an unchanged file is not applied again. */
  fileSha256: string | null;
}

export interface SourceKeyRecord {
  id: string;
  source: string;
  createdAt: string;
  /** First characters, so that a person can tell keys apart. */
  prefix: string;
}

/** One page of a list, oldest or newest first as the call says. `nextCursor` is null on the last page. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
