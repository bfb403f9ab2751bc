import { z } from 'zod';
import { destinationShape, withCommonUnits } from '../../domain/config/destination.ts';
import { mapSchema } from '../../domain/mapping/schema.ts';
import { baseUrlSchema } from '../texts.ts';
import { urlProblem } from '../webhook/url.ts';

const hookSchema = z
  .string()
  .max(2_000)
  .superRefine((text, context) => {
    const message = urlProblem(text) ?? (text.includes('{') ? 'takes no {field}: the address of a hook is the same for every lead' : text.includes('#') ? 'takes no fragment (#…)' : null);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

/** What the configuration may say for `type: zapier`. */
export const zapierConfigSchema = z
  .strictObject({
    ...destinationShape,
    type: z.literal('zapier'),
    url: hookSchema.describe('Of the catch hook. Whoever has it can start the Zap: a credential'),
    format: z.enum(['json', 'form']).default('json'),
    map: mapSchema.default('auto'),
    baseUrl: baseUrlSchema.optional().describe('Stands in the place of scheme and host of `url`'),
  })
  .transform(withCommonUnits);

/** A Zapier destination once it is read. */
export type ZapierConfig = z.output<typeof zapierConfigSchema>;
