import { Counter, Histogram, type Registry } from 'prom-client';
import type { Config } from '../domain/config/schema.ts';
import type { SettledState } from '../domain/delivery/state.ts';
import type { DestinationLabels, EndedAttempt, Recorder, ToldDelivery } from './recorder.ts';

/** Seconds. Intake is a few milliseconds; above a second a sender grows impatient. */
const INTAKE_BUCKETS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Seconds. A destination's timeout is 10 s unless set, and 60 s at most. */
const ATTEMPT_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];

const DESTINATION = ['buyer', 'destination', 'type'] as const;

/** To Prometheus an empty label is no label at all. */
const NO_KIND = 'none';

const ATTEMPT_ENDS: Pick<EndedAttempt, 'outcome' | 'kind'>[] = [
  { outcome: 'success', kind: null },
  { outcome: 'failure', kind: null },
  { outcome: 'error', kind: 'transient' },
  { outcome: 'error', kind: 'permanent' },
  { outcome: 'error', kind: 'unknown' },
];
const SETTLED_STATES: SettledState[] = ['delivered', 'rejected', 'failed', 'held', 'skipped', 'unknown'];
const NEWS: ToldDelivery['news'][] = ['confirmed', 'bounced-hard', 'bounced-soft', 'failed', 'complained'];
const INTAKE_STATUSES = [202, 500, 503];

/** The counters and histograms of this process. */
export interface Instruments extends Recorder {
  /** Begins the series of what the configuration names at 0: without it the first event of each would be no rise, and its absence no 0. */
  begin: (config: Config, parts: { worker: boolean }) => void;
}

/** Makes them in a registry. */
export function createInstruments(registry: Registry): Instruments {
  const registers = [registry];
  const leads = new Counter({ name: 'leadrail_leads_received_total', help: 'Leads that a known source sent in, by what became of them at intake', labelNames: ['source', 'result'], registers });
  const intakeDuration = new Histogram({
    name: 'leadrail_intake_duration_seconds',
    help: 'From a request with a lead to the lead stored; waiting for its outcome is not in it',
    labelNames: ['result'],
    buckets: INTAKE_BUCKETS,
    registers,
  });
  const intake = new Counter({ name: 'leadrail_intake_requests_total', help: 'Answers to POST /v1/leads by HTTP status; gone: the sender went away first', labelNames: ['status'], registers });
  const settled = new Counter({ name: 'leadrail_deliveries_settled_total', help: 'Deliveries that a worker brought to a state in which they rest', labelNames: [...DESTINATION, 'state'], registers });
  const attempts = new Counter({ name: 'leadrail_attempts_total', help: 'Attempts that ended, by outcome; kind is that of an error, else none', labelNames: [...DESTINATION, 'outcome', 'kind'], registers });
  const attemptDuration = new Histogram({ name: 'leadrail_attempt_duration_seconds', help: 'How long attempts took', labelNames: DESTINATION, buckets: ATTEMPT_BUCKETS, registers });
  const retries = new Counter({ name: 'leadrail_retries_total', help: 'Attempts that are tried again by themselves', labelNames: DESTINATION, registers });
  const told = new Counter({ name: 'leadrail_delivery_news_total', help: 'What providers said of messages after they took them', labelNames: [...DESTINATION, 'news'], registers });
  const reports = new Counter({ name: 'leadrail_breaker_reports_total', help: 'Reports of this worker to the breakers of buyers', labelNames: ['buyer', 'destination', 'result'], registers });
  const sweeps = new Counter({ name: 'leadrail_sweeps_total', help: 'Sweeps that ended, by what they look after', labelNames: ['sweep', 'result'], registers });
  const found = new Counter({ name: 'leadrail_sweep_found_total', help: 'What the sweep of leads came upon, time and again until it is mended', labelNames: ['finding'], registers });

  return {
    leadReceived: ({ source, result, durationMs }) => {
      leads.inc({ source, result });
      intakeDuration.observe({ result }, durationMs / 1_000);
    },
    intakeAnswered: (status) => intake.inc({ status }),
    attemptEnded: ({ outcome, kind, durationMs, willRetry, ...named }) => {
      const labels = destinationLabels(named);
      attempts.inc({ ...labels, outcome, kind: kind ?? NO_KIND });
      attemptDuration.observe(labels, durationMs / 1_000);
      retries.inc(labels, willRetry ? 1 : 0);
    },
    deliverySettled: ({ state, ...named }) => settled.inc({ ...destinationLabels(named), state }),
    deliveryNews: ({ news, ...named }) => told.inc({ ...destinationLabels(named), news }),
    breakerReported: ({ buyer, destination, result }) => reports.inc({ buyer, destination, result }),
    swept: (sweep, result) => sweeps.inc({ sweep, result }),
    sweepFound: (finding, count) => found.inc({ finding }, count),
    begin: (config, { worker }) => {
      for (const status of INTAKE_STATUSES) intake.inc({ status }, 0);
      for (const { id } of config.sources) leads.inc({ source: id, result: 'stored' }, 0);
      for (const labels of destinationsOf(config).filter(({ type }) => type === 'email' || type === 'sms')) {
        for (const news of NEWS) told.inc({ ...labels, news }, 0);
      }
      if (!worker) return;
      for (const labels of destinationsOf(config)) {
        for (const state of SETTLED_STATES) settled.inc({ ...labels, state }, 0);
        for (const { outcome, kind } of ATTEMPT_ENDS) attempts.inc({ ...labels, outcome, kind: kind ?? NO_KIND }, 0);
        retries.inc(labels, 0);
      }
    },
  };
}

/** Every destination of a configuration, as labels name it. */
export function destinationsOf(config: Config): DestinationLabels[] {
  return config.buyers.flatMap((buyer) => buyer.destinations.map(({ id, type }) => ({ buyer: buyer.id, destination: id, type })));
}

/** Only these three: an object with more in it must not become more labels, which prom-client refuses by throwing. */
function destinationLabels({ buyer, destination, type }: DestinationLabels): DestinationLabels & Record<string, string> {
  return { buyer, destination, type };
}
