import { z } from 'zod';
import { transformSchema } from './transform-schema.ts';

const scalarSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const ruleSchema = z
  .strictObject({
    to: z.string().min(1).max(500).describe('Where the value goes: `contact.phone`, `phones.0`, `foo[a.b]`; in XML also `lead@id`, `lead#text`'),
    from: z.string().min(1).max(500).optional().describe('A field, or a part of one: `phone`, `phone.area`, `lead.id`'),
    value: z.union([scalarSchema, z.array(scalarSchema)]).optional().describe('A fixed value; "" and null are sent too'),
    template: z.string().max(10_000).optional().describe('Text with fields: "{first_name} {last_name}"'),
    transform: z.array(transformSchema).max(50).optional().describe('Done in order'),
    date: z.string().min(1).max(100).optional().describe('How a date or time is written: YYYY-MM-DD, X for Unix seconds'),
    timezone: z.string().min(1).max(100).optional().describe('The time zone of `date`, UTC unless set: America/Chicago'),
    format: z.string().min(1).max(1_000).optional().describe('Put around the value, last of all: "+1{value}"'),
    when: z.string().min(1).optional().describe('A condition: without it the rule always applies'),
    required: z.boolean().optional().describe('Without a value nothing is sent, and the mapping is named'),
  })
  .superRefine((rule, context) => {
    const sources = [rule.from, rule.value, rule.template].filter((source) => source !== undefined);
    if (sources.length === 1) return;
    context.addIssue({
      code: 'custom',
      message: sources.length === 0 ? 'say where the value comes from: one of "from", "value" and "template"' : 'use only one of "from", "value" and "template"',
    });
  });

/** One rule of a mapping: exactly one of `from`, `value` and `template`. */
export type MappingRule = z.infer<typeof ruleSchema>;

/** `auto` sends every field under its own name; a list says what is sent, in order. */
export const mapSchema = z.union([z.literal('auto'), z.array(ruleSchema).max(1_000)]);

/** What a request's content is made of. */
export type Mapping = z.infer<typeof mapSchema>;
