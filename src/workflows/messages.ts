import { defineSignal } from '@temporalio/workflow';
import type { FirstPassProgress } from '../domain/delivery/result.ts';
import type { BreakerSettings, Report } from '../domain/breaker/report.ts';

/** Pauses a buyer, or one of its destinations. Works without arguments, so that it can be sent from the Temporal CLI or UI. */
export const pauseSignal = defineSignal<[request?: { reason?: string; destination?: string }]>('pause');

/** Lifts a pause and closes breakers. Works without arguments. */
export const resumeSignal = defineSignal<[request?: { destination?: string }]>('resume');

/** What workers saw at a buyer's destinations. */
export const reportSignal = defineSignal<[report: Report]>('report');

/** The breaker settings of a newly applied configuration. */
export const configureSignal = defineSignal<[settings: BreakerSettings]>('configure');

/** Wakes a workflow that holds a delivery. */
export const releaseSignal = defineSignal<[deliveryId: string]>('release');

/** Tells a lead's workflow what is known of its first pass while some of it still waits for a slow buyer. */
export const firstPassSignal = defineSignal<[progress: FirstPassProgress]>('firstPass');

/** Tells a spreadsheet's workflow that rows wait in the store. */
export const rowsWaitSignal = defineSignal('rowsWait');

/** Tells a lead's workflow that one of its children holds (true) or goes on (false), for the list in the Temporal UI. */
export const holdingSignal = defineSignal<[holding: boolean]>('holding');
