import type { BuyerGate } from '../domain/breaker/gate.ts';
import type { Release, Transition } from '../domain/breaker/report.ts';
import type { Chain } from '../domain/delivery/plan.ts';
import type { DeliverResult, SettledDeliveries } from '../domain/delivery/result.ts';

/** What workflows ask of activities. Inputs and results stand in histories: ids, settings and codes only. */
export interface Activities {
  /** The first attempts of a lead, down its chains as far as buyers refuse at once. What is not in the answer goes on in a child, by `deliver`. */
  firstPass: (input: FirstPassInput) => Promise<SettledDeliveries>;
  /** One delivery, until it is settled or Temporal has to try again. */
  deliver: (input: DeliverInput) => Promise<DeliverResult>;
  /** Makes a dead letter of a delivery that nobody released in time. Gives its standing, which may have changed meanwhile. */
  expireHold: (input: { deliveryId: string }) => Promise<DeliverResult>;
  /** Settles a delivery whose activity was lost for good (more crashes than Temporal's ceiling): ours to mend, never silent. */
  giveUp: (input: { deliveryId: string }) => Promise<DeliverResult>;
  /** Stands by while a worker process lives; gives what it had in its hands to others when it is lost. */
  watchWorker: (input: WorkerInput) => Promise<WorkerResult>;
  /** Writes a buyer's gate where workers read it, with the alerts that go with it. */
  publishGate: (input: { gate: BuyerGate; transition: Pick<Transition, 'raised' | 'recovered'> }) => Promise<{ storedVersion: number }>;
  /** Lets go of the next held deliveries; `more` says whether to come again. */
  releaseNext: (input: ReleaseInput) => Promise<{ released: number; more: boolean }>;
  /** Writes the next rows that wait for a spreadsheet, in one request. */
  appendRows: (input: SheetInput) => Promise<AppendResult>;
}

/** Which delivery is meant, and the configuration that its plan was pinned to. */
export interface DeliveryReference {
  deliveryId: string;
  leadId: string;
  buyer: string;
  destination: string;
  configVersion: number;
}

export interface FirstPassInput {
  leadId: string;
  configVersion: number;
  /** What is tried at once. */
  deliveries: Pick<DeliveryReference, 'deliveryId' | 'buyer' | 'destination'>[];
  /** The chains that some of the deliveries begin, to be walked on while buyers refuse. Absent: nothing is tried beyond the deliveries. */
  chains?: Chain[];
}

export interface DeliverInput extends DeliveryReference {
  /** What to do where the gate is shut: hold the lead for the buyer, or move on. */
  whenShut: 'hold' | 'skip';
}

export interface WorkerInput {
  /** The worker's name at the Temporal server, new with each start of a process. */
  identity: string;
}

export interface WorkerResult {
  end: 'stopped' | 'lost';
  /** Activities that were taken from it and given to others. */
  takenUp: number;
}

export interface SheetInput {
  /** Digest of account and spreadsheet. */
  sheet: string;
}

/** `rest`: nothing waits. `hindered`: something stands in the way, for at least so long as was asked for. */
export interface AppendResult {
  next: 'more' | 'rest' | 'hindered';
  retryAfterMs: number;
}

export interface ReleaseInput extends Release {
  buyer: string;
}

/** Failure types at the border to Temporal: what the UI shows in red. The details hold a `DeliverResult`. */
export const FAILURE = {
  refused: 'BuyerRefused',
  permanent: 'PermanentError',
  exhausted: 'RetriesExhausted',
  mayHaveArrived: 'MayHaveArrived',
  ours: 'OurFault',
  gateShut: 'GateShut',
  /** Tried again by the declared retry policy. */
  transient: 'TransientError',
  workerLost: 'WorkerLost',
  storeUnavailable: 'StoreUnavailable',
} as const;
