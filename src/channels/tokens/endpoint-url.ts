import { z } from 'zod';
import { urlProblem } from '../webhook/url.ts';

/** The address of whoever gives out tokens: a destination's URL, but without fields of a lead, for tokens belong to none, and without a fragment (RFC 6749 3.1). */
export const endpointUrlSchema = z
  .string()
  .max(10_000)
  .superRefine((text, context) => {
    const message = urlProblem(text) ?? (text.includes('{') ? 'takes no {field}: a token belongs to no lead' : text.includes('#') ? 'takes no fragment (#…)' : null);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
