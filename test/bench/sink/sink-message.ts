import { z } from 'zod';

/** A request that was read to its end and taken, now or when its door lets go. */
const arrivedSchema = z.object({
  event: z.literal('arrived'),
  leadId: z.string(),
  /** The Idempotency-Key: the delivery's id. */
  key: z.string(),
  /** As of `nowMs`, in the sink's process. */
  atMs: z.number(),
});

/** A request that waits for its answer. `request` tells it from others with the same key. */
const heldSchema = z.object({ event: z.literal('held'), request: z.number(), key: z.string(), atMs: z.number() });

/** Such a request has its answer, or its connection has broken off before. */
const letGoSchema = z.object({ event: z.literal('letGo'), request: z.number(), how: z.enum(['answered', 'cut']), atMs: z.number() });

const sinkEventSchema = z.discriminatedUnion('event', [arrivedSchema, heldSchema, letGoSchema]);

/** What the sink's process tells the benchmark's. */
export const sinkMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), ports: z.record(z.string(), z.number()) }),
  z.object({ type: z.literal('events'), events: z.array(sinkEventSchema) }),
]);

/** What it is told: to answer what its doors hold and all that comes from now on, or to hold what comes from now on. */
export const sinkCommandSchema = z.enum(['release', 'hold']);

export type Arrival = Omit<z.infer<typeof arrivedSchema>, 'event'>;
export type Held = Omit<z.infer<typeof heldSchema>, 'event'>;
export type LetGo = Omit<z.infer<typeof letGoSchema>, 'event'>;
export type SinkEvent = z.infer<typeof sinkEventSchema>;
export type SinkMessage = z.infer<typeof sinkMessageSchema>;
export type SinkCommand = z.infer<typeof sinkCommandSchema>;
