import {
  allHandlersFinished,
  condition,
  continueAsNew,
  log,
  ParentClosePolicy,
  patched,
  proxyActivities,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { BuyerBreaker, type BreakerState } from '../domain/breaker/buyer-breaker.ts';
import type { BreakerSettings, Release, Report } from '../domain/breaker/report.ts';
import type { Activities } from '../activities/contract.ts';
import { configureSignal, pauseSignal, reportSignal, resumeSignal } from './messages.ts';
import { releaseHeld } from './release-held.ts';

export interface BuyerInput {
  buyer: string;
  settings: BreakerSettings;
  state: BreakerState;
  /** Continue as new after this many events; unset: when the server suggests it. Lowered by tests. */
  continueAfterEvents?: number;
}

/** Publishing may wait for the store as long as it takes; meanwhile signals go on being counted. */
const { publishGate } = proxyActivities<Pick<Activities, 'publishGate'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', maximumInterval: '10s' },
});

/** A buyer's breakers and its manual pause. Signals come in, transitions go out; the rules are `BuyerBreaker`'s. */
export async function buyer(input: BuyerInput): Promise<void> {
  let settings = input.settings;
  const breaker = new BuyerBreaker(input.state, settings);
  setHandler(pauseSignal, (request) => {
    breaker.pause(textIn(request, 'reason') ?? 'paused by hand', textIn(request, 'destination'), Date.now());
  });
  setHandler(resumeSignal, (request) => breaker.resume(textIn(request, 'destination'), Date.now()));
  setHandler(reportSignal, (report) => {
    if (isReport(report)) breaker.report(asKnownThen(report), Date.now());
    else log.warn('a report signal without destination or errors was ignored');
  });
  setHandler(configureSignal, (configured) => {
    settings = configured;
    breaker.configure(configured);
  });

  // What has not been published yet goes out before a new run begins.
  while (breaker.hasTransition || !isHistoryLong(input)) {
    breaker.tick(Date.now());
    const next = breaker.takeTransition();
    if (next) {
      const { raised, recovered, release } = next.transition;
      const { storedVersion } = await publishGate.executeWithOptions({ summary: summaryOf(next.gate) }, [{ gate: next.gate, transition: { raised, recovered } }]);
      breaker.overtake(storedVersion);
      for (const one of release) await startRelease(input.buyer, next.gate.version, one);
      continue;
    }
    const wakeAtMs = breaker.nextTickAtMs;
    const isDue = () => breaker.hasTransition || isHistoryLong(input) || breaker.nextTickAtMs !== wakeAtMs;
    if (wakeAtMs === null) await condition(isDue);
    else await condition(isDue, Math.max(wakeAtMs - Date.now(), 1), { summary: 'cooldown: then a probe' });
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof buyer>({ ...input, settings, state: breaker.snapshot });
}

/** A person may send anything from the CLI or UI: what is no text counts as not given, and never fails the workflow task. */
function textIn(request: unknown, key: 'reason' | 'destination'): string | null {
  if (typeof request !== 'object' || request === null || !(key in request)) return null;
  const value: unknown = Reflect.get(request, key);
  return typeof value === 'string' && value !== '' ? value : null;
}

function isReport(report: unknown): report is Report {
  return typeof report === 'object' && report !== null && 'destination' in report && 'errors' in report && Array.isArray(report.errors);
}

/** Runs from before health checks took no notice of one that passed. */
function asKnownThen({ passedCheckAtMs, ...report }: Report): Report {
  return passedCheckAtMs !== undefined && patched('passed-health-check') ? { ...report, passedCheckAtMs } : report;
}

function isHistoryLong({ continueAfterEvents }: BuyerInput): boolean {
  const info = workflowInfo();
  return continueAfterEvents === undefined ? info.continueAsNewSuggested : info.historyLength >= continueAfterEvents;
}

/** Goes on by itself: a long release must not keep the entity from counting. */
async function startRelease(buyerId: string, version: number, release: Release): Promise<void> {
  try {
    await startChild(releaseHeld, {
      workflowId: `release-${buyerId}-${release.destination}-${version}`,
      args: [{ buyer: buyerId, ...release }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `release ${release.amount === 'one' ? 'one held lead, as a probe,' : 'held leads'} of ${buyerId}/${release.destination}`,
    });
  } catch (error) {
    // An entity from before a restore may have started it: the entity must outlive that.
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function summaryOf(gate: { buyer: string; paused: object | null; destinations: Record<string, { state: string }> }): string {
  const shut = Object.entries(gate.destinations).filter(([, destination]) => destination.state !== 'closed');
  if (gate.paused) return `${gate.buyer} paused`;
  return shut.length === 0 ? `${gate.buyer} open for leads` : shut.map(([id, { state }]) => `${gate.buyer}/${id} ${state}`).join(', ');
}
