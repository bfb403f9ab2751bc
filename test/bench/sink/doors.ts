import { z } from 'zod';

/** What a buyer's system does with a request: takes it, refuses it with 422, never answers, or answers when it is told to. */
const behaviourSchema = z.enum(['take', 'refuse', 'hang', 'hold']);

/** One buyer's system. Each has a port, so that buyers share connections as little as they do outside. */
export const doorsSchema = z.array(z.object({ name: z.string(), behaviour: behaviourSchema }));

export type Door = z.infer<typeof doorsSchema>[number];
export type Behaviour = Door['behaviour'];
