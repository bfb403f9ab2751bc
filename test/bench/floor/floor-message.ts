import { z } from 'zod';

/** What the floor's process needs, as the JSON of its one argument. */
export const floorOptionsSchema = z.object({
  /** Of its own; removed by whoever made it. */
  dataDir: z.string(),
  /** By the name of a door, where its buyer takes leads. */
  urls: z.record(z.string(), z.string()),
});

/** What it tells once it serves. */
export const floorMessageSchema = z.object({ address: z.string(), temporalAddress: z.string() });

export type FloorOptions = z.infer<typeof floorOptionsSchema>;
export type FloorMessage = z.infer<typeof floorMessageSchema>;
