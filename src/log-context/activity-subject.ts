import { z } from 'zod';

/** A delivery as far as an activity's input names it. */
export interface NamedDelivery {
  deliveryId: string;
  buyer?: string | undefined;
  destination?: string | undefined;
}

/** What an activity works on. */
export interface ActivitySubject {
  leadId: string | null;
  deliveries: NamedDelivery[];
}

const deliverySchema = z.object({ deliveryId: z.string(), buyer: z.string().optional().catch(undefined), destination: z.string().optional().catch(undefined) });
const leadSchema = z.object({ leadId: z.string() });
const severalSchema = z.object({ deliveries: z.array(z.unknown()) });

/**
 * Reads from an activity's input, and from the id of its workflow, which lead and deliveries it works on. An input of another
 * shape names none: activities come and go, and what is logged of them must not keep them from running.
 */
export function subjectOf(input: unknown, workflowId: string | undefined): ActivitySubject {
  const lead = leadSchema.safeParse(input);
  const several = severalSchema.safeParse(input);
  const named = several.success ? several.data.deliveries : [input];
  return {
    leadId: lead.success ? lead.data.leadId : leadIdOf(workflowId ?? ''),
    deliveries: named.flatMap((delivery) => {
      const read = deliverySchema.safeParse(delivery);
      return read.success ? [read.data] : [];
    }),
  };
}

/** The lead whose workflow it is: `lead-<id>`, or one below it. Null for any other. */
export function leadIdOf(workflowId: string): string | null {
  return /^lead-([^/]+)/.exec(workflowId)?.[1] ?? null;
}
