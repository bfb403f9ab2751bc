import type { BuyerGate } from '../domain/breaker/gate.ts';
import type { DeliveryError } from '../domain/delivery/outcome.ts';
import type { DeadLetterKind, LeadStatus, ReasonCode } from '../domain/delivery/state.ts';
import type { Plan } from '../domain/delivery/plan.ts';
import type { Turn } from '../domain/credential-limit/reserve.ts';
import type { LimitDecision, Pace } from '../domain/intake-limit/decide.ts';
import type {
  AlertRecord,
  AttemptEnd,
  AttemptRecord,
  Bounce,
  ConfigVersionRecord,
  DeliveryCounts,
  DeliveryRecord,
  DeliveryWork,
  KeptRequest,
  LeadRecord,
  MaskedRequest,
  Page,
  Settlement,
  SenderDomainRecord,
  SourceKeyRecord,
  SuppressionRecord,
} from './records.ts';

/**
 * Everything Leadrail remembers outside Temporal. Every method rejects with `StoreUnavailable` when the database cannot be
 * reached and with an ordinary error for a bug; expected ends are values.
 */
export interface Store {
  leads: LeadStore;
  deliveries: DeliveryStore;
  attempts: AttemptStore;
  gates: GateStore;
  alerts: AlertStore;
  configs: ConfigStore;
  secrets: SecretStore;
  sourceKeys: SourceKeyStore;
  sourceLimits: SourceLimitStore;
  credentialLimits: CredentialLimitStore;
  healthChecks: HealthCheckStore;
  sheetRows: SheetRowStore;
  news: NewsStore;
  callbacks: CallbackStore;
  suppressions: SuppressionStore;
  senderDomains: SenderDomainStore;
  counts: CountStore;
  tokens: TokenStore;
  connections: ConnectionStore;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
  /** Frees dead rows of an embedded database, which is to be done now and then; gives the tables. A server does it by itself. */
  vacuum(): Promise<string[]>;
  close(): Promise<void>;
}

/** The database could not be reached or went away: worth trying again. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}

export interface NewLead {
  id: string;
  source: string;
  test: boolean;
  receivedAt: string;
  fields: Record<string, unknown>;
  plan: Plan;
  notes: string[];
  /** `undelivered` with `no route` when the plan is empty; else `delivering`. */
  status: LeadStatus;
  reason: string | null;
  idempotency: { key: string; contentSha256: string } | null;
}

export type Acceptance =
  | { result: 'stored'; lead: LeadRecord }
  /** The key was used before with the same content: the lead of that time. */
  | { result: 'same'; lead: LeadRecord }
  /** The key was used before with other content. */
  | { result: 'conflict'; leadId: string };

export interface LeadFilter {
  status?: LeadStatus;
  buyer?: string;
  source?: string;
  /** Exact value of a field, compared as text. */
  field?: { name: string; value: string };
  receivedFrom?: string;
  receivedTo?: string;
  test?: boolean;
}

export interface LeadStore {
  /** Stores the lead with its planned deliveries in one transaction, or finds what the idempotency key (unique per source) stands for. */
  accept(lead: NewLead): Promise<Acceptance>;
  get(id: string): Promise<LeadRecord | null>;
  /** Newest first. */
  search(filter: LeadFilter, limit: number, cursor: string | null): Promise<Page<LeadRecord>>;
  status(id: string): Promise<LeadStatus | null>;
  /** True when an idempotency key of a source stands for a lead already. */
  hasKey(source: string, idempotencyKey: string): Promise<boolean>;
  /**
   * Leads still `delivering` that were received before `receivedBefore` and never confirmed as started, or confirmed last
   * before `confirmedBefore`: looked after once more, which is harmless. Oldest first.
   */
  notStarted(times: { receivedBefore: string; confirmedBefore: string }, limit: number): Promise<LeadRecord[]>;
  markStarted(ids: string[], at: string): Promise<void>;
  /** Adds what a person should know to a lead's page, each text once. */
  addNotes(id: string, notes: string[]): Promise<void>;
  /**
   * Replaces plan and fields of a redelivered lead by adding the new deliveries. `fields` only when they were edited; `run` when the
   * workflow runs only a part of the plan. Returns what the workflow runs; null, with nothing changed, when another run has some of it.
   */
  addDeliveries(
    leadId: string,
    plan: Plan,
    redeliveryOf: Record<string, string>,
    workflowId: string,
    fields?: Record<string, unknown>,
    run?: Plan,
  ): Promise<DeliveryRecord[] | null>;
  /** The next number of `lead-<id>/redelivery-<n>`, counted up atomically. */
  nextRedelivery(leadId: string): Promise<number>;
  /** Undelivered leads that no route took (their plan is empty), newest first: dead letters without a delivery. */
  withoutRoute(filter: { source?: string }, limit: number, cursor: string | null): Promise<Page<LeadRecord>>;
  /** Gives up a lead that no route took: status `discarded` with this reason. Null when there is no such lead, or it has deliveries. */
  discardWithoutRoute(id: string, reason: string): Promise<LeadRecord | null>;
}

export interface DeliveryStore {
  get(id: string): Promise<DeliveryRecord | null>;
  ofLead(leadId: string): Promise<DeliveryRecord[]>;
  /** The delivery that became this email, by its provider's id; null when there is none. */
  ofEmail(emailId: string): Promise<DeliveryRecord | null>;
  /** All that an activity needs, or null when there is no such delivery. */
  work(id: string): Promise<DeliveryWork | null>;
  /** As `work`, for a first attempt: where this process stored the lead a moment ago, as it was then, and without asking the database. */
  firstWork(id: string): Promise<DeliveryWork | null>;
  /** Keeps the bytes of the round's first attempt (encrypted). Dropped by itself when the delivery settles finally. */
  keepRequest(id: string, request: KeptRequest): Promise<void>;
  /** Settles a delivery without an attempt (skipped, failed before sending, discarded), then what follows for its lead. No effect on a delivery that is final, but for `discarded` and a late `delivered`. */
  settle(id: string, settlement: Settlement): Promise<DeliveryRecord>;
  /**
   * Holds a delivery, but only while the buyer's gate still has `gateVersion` (locked against publishing meanwhile):
   * false means that the gate moved on, and the caller looks again. So nothing is held behind a release that has passed.
   */
  hold(id: string, hold: { gateVersion: number; reason: ReasonCode; explanation: string; heldUntil: string; workflowId: string }): Promise<boolean>;
  /**
   * Ids of the root workflows that a worker may have in its hands at this moment: an attempt of theirs is under way, or nothing of
   * the lead was begun yet, which was received after `receivedAfter`. Oldest first.
   */
  workflowsInHand(receivedAfter: string): Promise<string[]>;
  /** Held deliveries of a buyer's destinations that were not released yet, oldest first. */
  held(buyer: string, destinations: string[] | null, limit: number): Promise<DeliveryRecord[]>;
  /** Where something is held that was not released, or was released over a minute ago and is still held. */
  heldDestinations(): Promise<{ buyer: string; destination: string }[]>;
  /** Held deliveries whose hold ran out before `before`, and that nobody has ended: their workflow is gone. */
  overdueHolds(before: string, limit: number): Promise<DeliveryRecord[]>;
  /** Notes that the waiting workflow was told; `held` does not return them again until they are held anew. */
  markReleased(ids: string[]): Promise<void>;
  /** Deliveries that failed with `releaseOnRecovery` since `since` at a destination, oldest first. */
  failedInOutage(buyer: string, destination: string, since: string, limit: number): Promise<DeliveryRecord[]>;
  /**
   * Begins a new round (release, redelivery): state `planned`, fresh retry budget, bytes rendered anew. Null when another run
   * has the delivery, or it was delivered. `onlyFrom` is a release's condition: it must still be as seen, and its chain must not
   * have been satisfied, or be under way, meanwhile.
   */
  startRound(id: string, workflowId: string, onlyFrom?: 'held' | 'failed-in-outage'): Promise<DeliveryRecord | null>;
  /** The delivery of the newest test lead to a destination, or null. */
  newestTest(buyer: string, destination: string): Promise<DeliveryRecord | null>;
  /** Newest first. */
  deadLetters(filter: { kind?: DeadLetterKind; buyer?: string; destination?: string; source?: string }, limit: number, cursor: string | null): Promise<Page<DeliveryRecord>>;
  /** Takes the probe's lease for a delivery: false while another has it. Taking it twice for one delivery is true; one that has expired (`now`) goes to the next. */
  takeProbe(lease: { buyer: string; destination: string; probe: number; deliveryId: string; now: string; expiresAt: string }): Promise<boolean>;
}

export interface AttemptStore {
  /** On disk before the request leaves. Also sets the delivery to `delivering`. False, and nothing changed, when it is no longer open in this round. */
  begin(attempt: {
    deliveryId: string;
    number: number;
    round: number;
    startedAt: string;
    request: MaskedRequest | null;
    configVersion: number;
    gate: string;
  }): Promise<boolean>;
  /**
   * Ends an attempt and, in the same transaction, settles the delivery, what follows for its chain, and the lead's status.
   * False when it had ended already, and then nothing changes, but for a success that came late.
   */
  finish(end: AttemptEnd): Promise<boolean>;
  /** Oldest first, whole. */
  ofDeliveries(deliveryIds: string[]): Promise<AttemptRecord[]>;
  /** Recomputes the hash chain of a delivery from what is stored. */
  verify(deliveryId: string): Promise<{ valid: boolean; attempts: number; brokenAt: number | null }>;
}

export interface GateStore {
  /** Writes a gate unless the stored one is as new or newer. Returns whether it was written. Waits for holds in progress. */
  publish(gate: BuyerGate): Promise<boolean>;
  get(buyer: string): Promise<BuyerGate | null>;
  all(): Promise<BuyerGate[]>;
}

export interface AlertStore {
  /** Raising an alert that is raised already (same kind, buyer, destination, not cleared) changes nothing. */
  raise(alert: Omit<AlertRecord, 'id' | 'clearedAt'>): Promise<void>;
  clear(match: { buyer: string; destination: string | null; kinds: AlertRecord['kind'][] }, clearedAt: string): Promise<void>;
  /** Newest first. */
  list(limit: number, cursor: string | null): Promise<Page<AlertRecord>>;
}

export interface ConfigStore {
  latest(): Promise<ConfigVersionRecord | null>;
  get(version: number): Promise<ConfigVersionRecord | null>;
  /** Stores the next version. `expectedLatest` guards against two writers: null when another came first. */
  add(record: Omit<ConfigVersionRecord, 'version'>, expectedLatest: number): Promise<ConfigVersionRecord | null>;
  /** Newest first, without documents. */
  versions(limit: number, cursor: string | null): Promise<Page<Omit<ConfigVersionRecord, 'document'>>>;
  /** SHA-256 of the file applied last, whatever came by the API since. */
  lastFileSha256(): Promise<string | null>;
}

export interface SecretStore {
  put(name: string, value: string): Promise<void>;
  /** The plain values of the names that exist. */
  read(names: string[]): Promise<Map<string, string>>;
  /** Whether any of them was set after that time. */
  changedSince(names: string[], at: string): Promise<boolean>;
  names(): Promise<string[]>;
  delete(name: string): Promise<boolean>;
}

export interface SourceKeyStore {
  add(key: { id: string; source: string; sha256: string; prefix: string; createdAt: string }): Promise<void>;
  /** The source that a key (by SHA-256, hex) belongs to. */
  sourceOf(sha256: string): Promise<string | null>;
  list(source: string): Promise<SourceKeyRecord[]>;
  delete(source: string, id: string): Promise<boolean>;
}

export interface SourceLimitStore {
  /** Asks for one lead of a source, by the database's clock, in one atomic statement: any number of processes share the limit. */
  take(source: string, pace: Pace): Promise<LimitDecision>;
  /** Gives one back that was granted and brought no new lead. */
  giveBack(source: string, pace: Pace): Promise<void>;
}

export interface CredentialLimitStore {
  /** A turn for one request of a credential, given out up to `aheadMicros` before it comes; shared by all workers. `digest` stands for the credential. */
  reserve(digest: string, pace: Pace, aheadMicros: number): Promise<Turn>;
  /** Gives out no turn for so long, because the other side said so; `reserve` heeds it as far as its line goes. */
  rest(digest: string, restMicros: number): Promise<void>;
}

/** Whose tokens: a destination's, got by these settings (`digest`, SHA-256 of them; never stored in the clear). */
export interface TokenOwner {
  buyer: string;
  destination: string;
  digest: string;
}

/** Tokens as they are stored. */
export interface TokenValues {
  accessToken: string;
  refreshToken: string | null;
  scope: string | null;
  /** How long the access token is good, from the moment it is stored; null when nobody said. */
  lifetimeMs: number | null;
  /** What else came with the access token; goes when the next one comes. */
  kept?: Readonly<Record<string, string>> | undefined;
}

/** Tokens as they were read. */
export interface StoredTokens extends TokenValues {
  /** Another one with each change. */
  revision: string;
  /** What is left of `lifetimeMs` by the database's clock; negative when it is over. */
  remainingMs: number | null;
  expiresAt: string | null;
  /** When the first token came, or the account was connected last. */
  connectedAt: string;
}

/** What came of asking to be the one who gets a new token. */
export type TokenLease =
  | { lease: 'taken'; tokens: StoredTokens | null }
  /** What the caller has seen is no more: this is there now. */
  | { lease: 'moved'; tokens: StoredTokens | null }
  | { lease: 'busy' };

/** Tokens of all processes, sealed. Times are the database's. */
export interface TokenStore {
  read(owner: TokenOwner): Promise<StoredTokens | null>;
  /** Asks to be the one who gets a new token in the place of revision `seen` (null: in the place of none), for `forMs`. */
  lease(owner: TokenOwner, wish: { seen: string | null; holder: string; forMs: number }): Promise<TokenLease>;
  /** Stores new tokens in the place of revision `seen` and ends the lease. Without a refresh token the one before stays. Null, and nothing changed, when `seen` is no more. */
  save(owner: TokenOwner, seen: string | null, tokens: TokenValues): Promise<StoredTokens | null>;
  /** Ends a lease without new tokens. */
  release(owner: TokenOwner, holder: string): Promise<void>;
  /** Stores the tokens of an account that was connected, whatever was there. */
  connect(owner: TokenOwner, tokens: TokenValues): Promise<void>;
  /** Forgets all tokens of a destination. False when there were none. */
  forget(buyer: string, destination: string): Promise<boolean>;
}

/** An account that somebody is about to connect. */
export interface PendingConnection extends TokenOwner {
  /** Of PKCE (RFC 7636): only who has it can turn the code into a token. */
  verifier: string;
  redirectUrl: string;
}

export interface ConnectionStore {
  /** Keeps what belongs to a state (by SHA-256, hex) for `forMs`; gives the end of that time. */
  begin(stateSha256: string, pending: PendingConnection, forMs: number): Promise<string>;
  /** What belongs to a state, once: null when it is unknown, over or was taken before. */
  take(stateSha256: string): Promise<PendingConnection | null>;
}

/** A destination that is asked at intervals whether it is up. */
export interface DueCheck {
  buyer: string;
  destination: string;
  everyMs: number;
}

export interface ClaimedCheck {
  buyer: string;
  destination: string;
  /** Which of the destination’s checks this is; the next has another. */
  turn: string;
  /** By the database's clock, in milliseconds since the epoch: one clock for the checks of all processes. */
  claimedAtMs: number;
  /** Whether the check before this one failed, whoever made it. */
  wasFailing: boolean;
}

export interface NewsStore {
  /** Takes in what a provider says of a delivery; older news than is known changes nothing. */
  take(news: { deliveryId: string; at: string; event: 'confirmed' | 'failed' | 'complained'; bounce?: Bounce; explanation: string }): Promise<TakenNews>;
  /** What became of the messages that a destination's leads received since then have become. */
  counts(buyer: string, destination: string, since: string): Promise<DeliveryCounts>;
}

export interface CallbackStore {
  /** Whether a callback was taken in before, by the provider's own id for it. */
  isKnown(provider: string, id: string): Promise<boolean>;
  /** Notes that a callback was taken in; those that no provider repeats any more are forgotten. */
  note(provider: string, id: string): Promise<void>;
}

/** Addresses are compared in lower case, without blanks around them. */
export interface SuppressionStore {
  /** Suppresses an address, and raises the alert that says so; one that is suppressed already stays as it is. Gives what stands. */
  add(suppression: Omit<SuppressionRecord, 'id'>, alert: Pick<AlertRecord, 'lead' | 'reason' | 'raisedAt'>): Promise<SuppressionRecord>;
  /** The suppressed ones of these addresses, the oldest first. */
  find(addresses: string[]): Promise<SuppressionRecord[]>;
  /** Newest first. */
  list(limit: number, cursor: string | null): Promise<Page<SuppressionRecord>>;
  /** Releases an address; with the last one of its destination the alert is cleared. False when there was none. */
  release(id: string, at: string): Promise<boolean>;
}

export interface SenderDomainStore {
  /** Writes what its provider says of a domain, in the place of what was known of that name. */
  put(domain: SenderDomainRecord): Promise<void>;
  get(id: string): Promise<SenderDomainRecord | null>;
  /** All, by name. */
  list(): Promise<SenderDomainRecord[]>;
  forget(id: string): Promise<void>;
}

/** `stale`: later news is known, or the delivery stands otherwise for a reason of its own. */
export type TakenNews =
  | { result: 'unknown-delivery' | 'not-settled' | 'stale' }
  /** `lastConfirmedAt`: of this destination. `goesOn`: what of the delivery's chain waits for a redelivery to be started; null where nothing does. */
  | { result: 'applied'; buyer: string; destination: string; type: string; leadId: string; lastConfirmedAt: string | null; goesOn: GoingOn | null };

/** The rest of a chain, as redelivery `number` of its lead. */
export interface GoingOn {
  source: string;
  plan: Plan;
  number: number;
}

export interface HealthCheckStore {
  /**
   * Claims those of the checks that are due by the database's clock, at most so many, the longest due first. Each interval of
   * a destination goes to one process, however many ask; the next begins with the claim.
   */
  claim(checks: DueCheck[], most: number): Promise<ClaimedCheck[]>;
  /** Notes how a claimed check ended, for whoever claims the next. One that passed counts for nothing once the next was claimed: that may have failed. */
  note(check: Pick<ClaimedCheck, 'buyer' | 'destination' | 'turn'> & { failing: boolean }): Promise<void>;
}

/** A delivery's row for a spreadsheet. */
export interface SheetRow {
  deliveryId: string;
  buyer: string;
  destination: string;
  /** Account and spreadsheet, as a digest. */
  sheet: string;
  tab: string;
  /** Where to, and the row itself: sealed while it is open. */
  content: string;
}

/** How a row stands. `waiting`: nothing of it was sent. `sending`: it may be written by now. */
export type SheetRowStanding =
  | { state: 'waiting' | 'sending'; error: DeliveryError | null }
  | { state: 'written'; row: number | null }
  | { state: 'failed'; error: DeliveryError }
  | { state: 'withdrawn' };

/** Rows that go in one request; those of one guard are never sent with another while it may still arrive. */
export interface SheetBatch {
  guard: number;
  rows: SheetRow[];
  /** How often it was sent. */
  requests: number;
  /** Whether others of the guard were seen written: then no request of it can write any more. */
  isSpent: boolean;
}

export interface SheetRowStore {
  /** Puts a delivery's row in line, unless it is there: a row is written once, however often it is handed in. One that failed or was withdrawn goes in line again. */
  add(row: SheetRow): Promise<SheetRowStanding>;
  standings(deliveryIds: string[]): Promise<Map<string, SheetRowStanding>>;
  /** Takes a row out of the line. False when it was sent, or has ended. */
  withdraw(deliveryId: string): Promise<boolean>;
  /** Rows that were sent and nobody knows what became of them; null when there are none. */
  open(sheet: string): Promise<SheetBatch | null>;
  /** The next rows that may be sent together, of one tab, oldest first. */
  next(sheet: string, most: number): Promise<SheetRow[]>;
  /** Makes a batch of those of the rows that still wait, and counts its first request. Null when there are none left. */
  claim(sheet: string, deliveryIds: string[], guard: number): Promise<SheetBatch | null>;
  /** Counts one more request of an open batch. Gives how many that makes; null when somebody else has freed it meanwhile: then it must not be sent. */
  resend(sheet: string, guard: number): Promise<number | null>;
  /** The batch is written: `rows` are the rows' numbers as far as they were seen. Nothing stands in the way of the others any more. */
  settle(sheet: string, guard: number, rows: ReadonlyMap<string, number>): Promise<void>;
  /**
   * No request of the batch can arrive any more, of the so many that are known (null: because its guard is spent): its rows wait again,
   * at most so many together. False, and nothing changed, when somebody else has sent it meanwhile.
   */
  free(sheet: string, guard: number, known: { requests: number | null; most?: number }): Promise<boolean>;
  /** Ends rows that cannot be written. Those that may have been sent keep their guard, for when they are handed in again. */
  fail(deliveryIds: string[], error: DeliveryError): Promise<void>;
  /** Everything that is in line, with whom it is from. */
  inLine(sheet: string): Promise<Pick<SheetRow, 'deliveryId' | 'buyer' | 'destination'>[]>;
  /** Notes on all rows in line what stands in their way. */
  hinder(sheet: string, error: DeliveryError): Promise<void>;
  /** Number of the last row that was seen written; 1 when none was. */
  lastRow(sheet: string, tab: string): Promise<number>;
  /** Guards that no request carries any more: of batches sent once, and of others settled longer ago than this. */
  spentGuards(sheet: string, settledForMs: number, most: number): Promise<number[]>;
  forgetGuards(sheet: string, guards: number[]): Promise<void>;
}

/** How much is open right now, for gauges. */
export interface StoreCounts {
  /** Destinations with something held. */
  held: { buyer: string; destination: string; count: number }[];
  /** By kind (`DeadLetterKind`); kinds without any are left out. Leads without a route are counted apart. */
  deadLetters: { kind: string; count: number }[];
  leadsWithoutRoute: number;
  leadsDelivering: number;
  /** When the oldest lead that is `delivering` was received; null when none is. */
  oldestDeliveringAt: string | null;
  /** Alerts that were raised and not cleared. */
  alertsOpen: { buyer: string; kind: string; count: number }[];
}

export interface CountStore {
  /** Cheap enough to be asked every few seconds. */
  read(): Promise<StoreCounts>;
}
