import { shutsDestination, stopsDestination, whatToMend, type ErrorCode } from '../delivery/outcome.ts';
import type { BuyerGate, DestinationGate } from './gate.ts';
import type { BreakerSettings, RaisedAlert, Release, Report, Transition } from './report.ts';
import { isCheck, isDelivery, overruled, streakAfter, type Streak } from './streak.ts';

/** A failed probe doubles the cooldown, to at most this. */
const LONGEST_COOLDOWN_MS = 3_600_000;

/** Everything to carry over a continue-as-new. */
export interface BreakerState {
  gate: BuyerGate;
  streaks: Record<string, Streak>;
}

/** A buyer nobody has heard of yet: healthy. */
export function initialBreakerState(buyer: string): BreakerState {
  return { gate: { buyer, version: 0, paused: null, probes: 0, destinations: {} }, streaks: {} };
}

/** Goes on from what was published last, e.g. on a Temporal server that has forgotten the entity. */
export function breakerStateFrom(gate: BuyerGate): BreakerState {
  return { gate, streaks: {} };
}

/**
 * The breakers of one buyer, one per destination, and the manual pause. Counts attempts and health checks that ended in an
 * error, in a row; refusals and our own faults never come here. A health check that passes takes back what checks said, and
 * nothing that a delivery said; one that fails counts for nothing while a person has paused the buyer. A plain state machine:
 * time comes in, effects come out by `takeTransition`.
 */
export class BuyerBreaker {
  private state: BreakerState;
  private settings: BreakerSettings;
  private pending: Transition = { raised: [], recovered: [], release: [] };
  private changed = false;

  constructor(state: BreakerState, settings: BreakerSettings) {
    this.state = structuredCloneOfState(state);
    this.settings = settings;
  }

  get snapshot(): BreakerState {
    return structuredCloneOfState(this.state);
  }

  get hasTransition(): boolean {
    return this.changed;
  }

  /** New settings count from the next report on; a destination that is shut stays shut. */
  configure(settings: BreakerSettings): void {
    this.settings = settings;
  }

  /** Pauses the whole buyer, or one destination. Pausing again replaces the reason. */
  pause(reason: string, destination: string | null, nowMs: number): void {
    const since = iso(nowMs);
    if (destination === null) this.state.gate.paused = { reason, since };
    else this.set(destination, { state: 'paused', reason, since, errors: this.errorsOf(destination), outageSince: outageStart(this.gateOf(destination)) });
    this.changed = true;
  }

  /** Lifts the pause and closes what errors had shut: of the whole buyer, or of one destination. */
  resume(destination: string | null, nowMs: number): void {
    if (destination === null) {
      const paused = this.state.gate.paused;
      this.state.gate.paused = null;
      for (const id of Object.keys(this.state.gate.destinations)) this.close(id, nowMs);
      if (paused) this.releaseEverything();
    } else {
      this.close(destination, nowMs);
    }
    this.changed = true;
  }

  report(report: Report, nowMs: number): void {
    const gate = this.gateOf(report.destination);
    const isBuyerPaused = this.state.gate.paused !== null;
    const before = this.streakOf(report.destination);
    const { streak, news, onlyChecks } = streakAfter(before, report, { isClosed: gate.state === 'closed', isBuyerPaused, trips: this.settings.trips });
    this.state.streaks[report.destination] = streak;
    // Requests that were under way when checks shut it fail, too: from now on deliveries are known to.
    if ((gate.state === 'open' || gate.state === 'half-open') && !news.every(isCheck)) delete gate.byChecksOnly;
    switch (gate.state) {
      case 'closed':
        // Checks from before the pause shut nothing in it, either: not even by settings that take fewer.
        if (!(isBuyerPaused && onlyChecks)) this.tripIfDue(report.destination, streak, onlyChecks, nowMs);
        return;
      case 'half-open':
        this.endProbe(report, gate, nowMs);
        this.overruleChecks(before, report, gate);
        this.heedPassedCheck(report, nowMs);
        return;
      case 'open':
        // A success newer than the errors came in late: the streak that tripped it was never one.
        if (gate.nextProbeAt !== null && report.lastSuccessAtMs !== null && streak.errors.length < this.settings.trips) {
          this.close(report.destination, nowMs);
          this.overruleChecks(before, report, gate);
        }
        this.heedPassedCheck(report, nowMs);
        return;
      case 'paused':
        return;
    }
  }

  /** Lets time pass: whoever has cooled down is granted its probe. */
  tick(nowMs: number): void {
    if (this.state.gate.paused) return;
    for (const [destination, gate] of Object.entries(this.state.gate.destinations)) {
      if (gate.state !== 'open' || gate.nextProbeAt === null || Date.parse(gate.nextProbeAt) > nowMs) continue;
      this.state.gate.probes += 1;
      const { reason, since, errors, cooldownMs, byChecksOnly } = gate;
      this.set(destination, { state: 'half-open', reason, since, errors, cooldownMs, probe: this.state.gate.probes, ...(byChecksOnly ? { byChecksOnly } : {}) });
      this.releaseLater({ destination, amount: 'one', outageSince: null });
      this.changed = true;
    }
  }

  /** When `tick` has something to do next, in milliseconds since the epoch; null when only a message can change anything. */
  get nextTickAtMs(): number | null {
    if (this.state.gate.paused) return null;
    const due = Object.values(this.state.gate.destinations).flatMap((gate) =>
      gate.state === 'open' && gate.nextProbeAt !== null ? [Date.parse(gate.nextProbeAt)] : [],
    );
    return due.length > 0 ? Math.min(...due) : null;
  }

  /** The gate to publish, with a version above all before it, and what follows from it; null when nothing changed. */
  takeTransition(): { gate: BuyerGate; transition: Transition } | null {
    if (!this.changed) return null;
    this.state.gate.version += 1;
    const transition = this.pending;
    this.pending = { raised: [], recovered: [], release: [] };
    this.changed = false;
    return { gate: this.snapshot.gate, transition };
  }

  /** The store has a newer gate than this entity has published: it was restored from the past. What it says is published above that. */
  overtake(storedVersion: number): void {
    if (storedVersion <= this.state.gate.version) return;
    this.state.gate.version = storedVersion;
    this.changed = true;
  }

  private tripIfDue(destination: string, streak: Streak, byChecksOnly: boolean, nowMs: number): void {
    const last = streak.errors.at(-1);
    if (!last) return;
    const deliveries = streak.errors.filter(isDelivery);
    const shutting = deliveries.findLast((error) => shutsDestination(error.code));
    const stopping = deliveries.findLast((error) => stopsDestination(error.code));
    if (shutting) {
      this.open(destination, { kind: 'destination-shut', reason: refusedAccess(shutting.code), leadId: shutting.leadId }, false, nowMs);
    } else if (stopping) {
      this.open(destination, { kind: 'breaker-open', reason: `nothing more goes through for now (${stopping.code})`, leadId: stopping.leadId }, false, nowMs);
    } else if (streak.errors.length >= this.settings.trips) {
      const reason = `${streak.errors.length} errors in a row, the last: ${isCheck(last) ? `the health check failed: ${last.reason}` : last.code}`;
      this.open(destination, { kind: 'breaker-open', reason, leadId: deliveries.at(-1)?.leadId ?? null }, byChecksOnly, nowMs);
    }
  }

  private open(destination: string, alert: Pick<RaisedAlert, 'kind' | 'reason' | 'leadId'>, byChecksOnly: boolean, nowMs: number): void {
    const { cooldownMs, resume } = this.settings;
    const onlyByAPerson = alert.kind === 'destination-shut' || resume === 'manual';
    this.set(destination, {
      state: 'open',
      reason: alert.reason,
      since: iso(this.streakOf(destination).sinceMs ?? nowMs),
      errors: this.streakOf(destination).errors.length,
      cooldownMs,
      nextProbeAt: onlyByAPerson ? null : iso(nowMs + cooldownMs),
      ...(byChecksOnly ? { byChecksOnly } : {}),
    });
    this.pending.raised.push({ ...alert, destination, atMs: nowMs });
    this.changed = true;
  }

  /**
   * A check that passed opens what only checks had shut. What deliveries had shut gets its probe at once instead of after the
   * cooldown: a system that answers a check may refuse leads all the same. Whatever only a person opens stays shut.
   */
  private heedPassedCheck({ destination, passedCheckAtMs }: Report, nowMs: number): void {
    const gate = this.gateOf(destination);
    if (passedCheckAtMs === undefined || this.settings.resume === 'manual') return;
    if (gate.state !== 'half-open' && (gate.state !== 'open' || gate.nextProbeAt === null)) return;
    const { errors, lastSuccessAtMs } = this.streakOf(destination);
    if (errors.some((error) => isCheck(error) && error.atMs > passedCheckAtMs)) return;
    if (gate.byChecksOnly) {
      this.close(destination, nowMs, lastSuccessAtMs);
    } else if (gate.state === 'open') {
      const dueAtMs = Date.parse(gate.nextProbeAt ?? '');
      const openedAtMs = dueAtMs - gate.cooldownMs;
      if (passedCheckAtMs <= openedAtMs || dueAtMs <= nowMs) return;
      this.set(destination, { ...gate, nextProbeAt: iso(nowMs) });
      this.changed = true;
    }
  }

  /** A lead was answered while checks alone had it shut: they say nothing of leads. */
  private overruleChecks(before: Streak, { destination, errors }: Report, gateBefore: DestinationGate & { byChecksOnly?: true }): void {
    if (!gateBefore.byChecksOnly || this.gateOf(destination).state !== 'closed') return;
    this.state.streaks[destination] = overruled(this.streakOf(destination), [...before.errors, ...errors]);
  }

  private endProbe(report: Report, gate: DestinationGate & { state: 'half-open' }, nowMs: number): void {
    if (report.probe?.number !== gate.probe) return;
    if (report.probe.result === 'answered') {
      this.close(report.destination, nowMs);
      return;
    }
    const shutting = report.errors.filter(isDelivery).findLast((error) => shutsDestination(error.code));
    const cooldownMs = Math.min(gate.cooldownMs * 2, LONGEST_COOLDOWN_MS);
    const nextProbeAt = shutting || this.settings.resume === 'manual' ? null : iso(nowMs + cooldownMs);
    const reason = shutting ? refusedAccess(shutting.code) : gate.reason;
    // From now on nothing probes it: somebody has to know.
    if (shutting) this.pending.raised.push({ kind: 'destination-shut', destination: report.destination, leadId: shutting.leadId, reason, atMs: nowMs });
    this.set(report.destination, { state: 'open', reason, since: gate.since, errors: gate.errors + 1, cooldownMs, nextProbeAt });
    this.changed = true;
  }

  /** Errors up to `lastSuccessAtMs` are forgotten, also those that come in late. */
  private close(destination: string, nowMs: number, lastSuccessAtMs = Math.max(nowMs, this.streakOf(destination).lastSuccessAtMs)): void {
    const before = this.gateOf(destination);
    this.state.streaks[destination] = { ...this.streakOf(destination), errors: [], sinceMs: null, lastSuccessAtMs };
    if (before.state === 'closed') return;
    const outageSince = outageStart(before);
    this.set(destination, { state: 'closed', errors: 0, since: iso(nowMs) });
    this.pending.recovered.push(destination);
    this.releaseLater({ destination, amount: 'all', outageSince });
    this.changed = true;
  }

  /** A whole buyer was paused: leads wait for destinations that have no gate of their own, too. */
  private releaseEverything(): void {
    this.releaseLater({ destination: EVERY_DESTINATION, amount: 'all', outageSince: null });
  }

  /** One release a destination and transition: all goes before one, and the earliest outage counts. */
  private releaseLater(release: Release): void {
    const others = this.pending.release.filter(({ destination }) => destination !== release.destination);
    const same = this.pending.release.find(({ destination }) => destination === release.destination);
    const outages = [same?.outageSince, release.outageSince].filter((since) => typeof since === 'string').sort();
    const amount = same?.amount === 'all' ? 'all' : release.amount;
    this.pending.release = [...others, { ...release, amount, outageSince: outages[0] ?? null }];
  }

  private set(destination: string, gate: DestinationGate): void {
    this.state.gate.destinations[destination] = gate;
  }

  private gateOf(destination: string): DestinationGate {
    return this.state.gate.destinations[destination] ?? { state: 'closed', errors: 0, since: iso(0) };
  }

  private errorsOf(destination: string): number {
    return this.streakOf(destination).errors.length;
  }

  private streakOf(destination: string): Streak {
    return (this.state.streaks[destination] ??= { errors: [], sinceMs: null, lastSuccessAtMs: 0 });
  }
}

/** Stands for every destination of a buyer in a `Release`. */
export const EVERY_DESTINATION = '*';

/** When the outage of a destination began that is shut by errors, or was when somebody paused it. */
function outageStart(gate: DestinationGate): string | null {
  switch (gate.state) {
    case 'open':
    case 'half-open':
      return gate.since;
    case 'paused':
      return gate.outageSince;
    case 'closed':
      return null;
  }
}

/** For a person: what shut it, and what to do. */
function refusedAccess(code: ErrorCode): string {
  return `the buyer's side refuses access (${code}): ${whatToMend(code)}. Once that is put right, resume the destination`;
}

function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** State is plain JSON data; the workflow sandbox has no structuredClone. */
function structuredCloneOfState(state: BreakerState): BreakerState {
  return {
    gate: {
      ...state.gate,
      paused: state.gate.paused ? { ...state.gate.paused } : null,
      destinations: Object.fromEntries(Object.entries(state.gate.destinations).map(([id, gate]) => [id, { ...gate }])),
    },
    streaks: Object.fromEntries(
      Object.entries(state.streaks).map(([id, streak]) => [id, { ...streak, errors: streak.errors.map((error) => ({ ...error })) }]),
    ),
  };
}
