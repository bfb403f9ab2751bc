import { z } from 'zod';

/** One request that the sink has read to its end. */
const arrivalSchema = z.object({
  leadId: z.string(),
  /** The Idempotency-Key: the delivery's id. */
  key: z.string(),
  /** As of `nowMs`, in the sink's process. */
  atMs: z.number(),
});

/** What the sink's process tells the benchmark's. */
export const sinkMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), port: z.number() }),
  z.object({ type: z.literal('arrivals'), arrivals: z.array(arrivalSchema) }),
]);

export type Arrival = z.infer<typeof arrivalSchema>;
export type SinkMessage = z.infer<typeof sinkMessageSchema>;
