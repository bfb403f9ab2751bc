import { AsyncResource } from 'node:async_hooks';
import type { RequestListener } from 'node:http';
import type { LeadStarter } from '../api/intake/lead-starter.ts';
import { withLogContext, withoutLogContext } from '../log-context/log-context.ts';
import type { Engine, LeadStart } from '../temporal/engine.ts';

/** The same listener; what is logged for a request carries the ids that are found out while it is answered. */
export function withRequestContext(listener: RequestListener): RequestListener {
  return (request, response) => withLogContext({}, () => listener(request, response));
}

/**
 * A lead starter whose starts happen in the context of the request that brought the lead (its log ids, its trace), however long
 * the lead has waited, and whoever's end made room for it. What the starter does for many leads at once is in nobody's context.
 */
export function startingInContext(engine: Pick<Engine, 'startLead'>, create: (engine: Pick<Engine, 'startLead'>) => LeadStarter): LeadStarter {
  const contexts = new WeakMap<LeadStart, AsyncResource>();
  const starter = create({
    startLead: (lead) => {
      const context = contexts.get(lead);
      return context ? context.runInAsyncScope(() => engine.startLead(lead)) : engine.startLead(lead);
    },
  });
  return {
    start: (lead) => {
      contexts.set(lead, new AsyncResource('LEADRAIL_LEAD_START'));
      withoutLogContext(() => starter.start(lead));
    },
    close: () => starter.close(),
  };
}
