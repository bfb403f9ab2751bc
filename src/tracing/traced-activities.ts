import { context, trace, type Tracer } from '@opentelemetry/api';
import { ApplicationFailure } from '@temporalio/common';
import { OpenTelemetryActivityInboundInterceptor } from '@temporalio/interceptors-opentelemetry/lib/worker/index.js';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { subjectOf } from '../log-context/activity-subject.ts';
import { addToLogContext } from '../log-context/log-context.ts';
import { ATTRIBUTE, deliveryAttributes } from './attributes.ts';
import { outcomeOfFailure, outcomesIn } from './outcome.ts';
import { contextFor } from './traced-http-client.ts';

/** A span over each attempt of an activity, and on it what it works on and how that ended. */
export function tracedActivities(tracer: Tracer): ActivityInterceptorsFactory[] {
  return [(activity) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(activity, { tracer }) }), described];
}

const described: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    async execute(input, next) {
      const span = trace.getActiveSpan();
      if (span === undefined) return next(input);
      const subject = subjectOf(input.args[0], info.workflowExecution?.workflowId);
      addToLogContext({ traceId: span.spanContext().traceId });
      span.setAttributes({ ...deliveryAttributes(subject.deliveries), [ATTRIBUTE.activityAttempt]: info.attempt });
      if (subject.leadId !== null) span.setAttribute(ATTRIBUTE.lead, subject.leadId);
      try {
        const result = await context.with(contextFor(subject, context.active()), () => next(input));
        const outcomes = outcomesIn(result, subject.deliveries);
        if (outcomes !== null) span.setAttribute(ATTRIBUTE.outcome, outcomes);
        return result;
      } catch (error) {
        const type = error instanceof ApplicationFailure ? (error.type ?? error.name) : error instanceof Error ? error.name : typeof error;
        span.setAttribute(ATTRIBUTE.errorType, type);
        const outcome = outcomeOfFailure(type);
        if (outcome !== null) span.setAttribute(ATTRIBUTE.outcome, outcome);
        throw error;
      }
    },
  },
});
