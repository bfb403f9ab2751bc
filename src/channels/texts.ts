import { z } from 'zod';
import { isHeaderName } from '../domain/render/headers.ts';

/** Any text of a destination's configuration. */
export const textSchema = z.string().max(10_000);

/** A credential, or a name that goes with one: never empty. */
export const secretSchema = z.string().min(1).max(10_000);

export const headerNameSchema = z.string().refine(isHeaderName, 'is no header name: use letters, digits and "-"');

/** Where a provider is reached instead of its own address: a sandbox, a gateway, a test. No slash at its end once it is read. */
export const baseUrlSchema = z
  .string()
  .max(2_000)
  .refine((text) => /^https?:\/\/[^\s?#]+$/i.test(text) && URL.canParse(text), 'must be an address like https://gateway.example/path, without a query')
  .transform((text) => text.replace(/\/+$/, ''));

/** Name of a parameter of a query or form. */
export const parameterNameSchema = z.string().min(1).max(200);
