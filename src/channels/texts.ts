import { z } from 'zod';
import { isHeaderName } from '../domain/render/headers.ts';

/** Any text of a destination's configuration. */
export const textSchema = z.string().max(10_000);

/** A credential, or a name that goes with one: never empty. */
export const secretSchema = z.string().min(1).max(10_000);

export const headerNameSchema = z.string().refine(isHeaderName, 'is no header name: use letters, digits and "-"');

/** Name of a parameter of a query or form. */
export const parameterNameSchema = z.string().min(1).max(200);
