import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const sampleLeadsSchema = z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))).min(1);

export type SampleLead = z.infer<typeof sampleLeadsSchema>[number];

/** Reads a file of sample leads: a JSON list of flat objects. */
export async function readSampleLeads(file: URL): Promise<SampleLead[]> {
  return sampleLeadsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
}
