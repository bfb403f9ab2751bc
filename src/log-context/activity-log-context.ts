import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { subjectOf } from './activity-subject.ts';
import { withLogContext } from './log-context.ts';

/** Every log line of an activity carries its workflow's id, the lead's, and the delivery's where it works on a single one. */
export const activityLogContext: ActivityInterceptorsFactory = ({ info }) => ({
  inbound: {
    execute(input, next) {
      const workflowId = info.workflowExecution?.workflowId;
      const { leadId, deliveries } = subjectOf(input.args[0], workflowId);
      const [delivery, another] = deliveries;
      return withLogContext(
        {
          ...(workflowId === undefined ? {} : { workflowId }),
          ...(leadId === null ? {} : { leadId }),
          ...(delivery === undefined || another !== undefined ? {} : { deliveryId: delivery.deliveryId }),
        },
        () => next(input),
      );
    },
  },
});
