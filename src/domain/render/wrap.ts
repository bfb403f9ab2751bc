import type { MappedValue } from '../mapping/apply.ts';
import type { Charset } from './charset.ts';
import { renderForm } from './form.ts';

/** A document inside one form parameter. */
export interface FormWrap {
  /** The parameter that carries the document, e.g. `xml`. */
  parameter: string;
  /** Parameters beside it, after it. */
  extra: readonly MappedValue[];
}

/** Wraps a JSON or XML document in one parameter of a form body, with the extra parameters after it. */
export function wrapInForm(content: string, { parameter, extra }: FormWrap, charset: Charset = 'utf-8'): string {
  return renderForm([{ to: parameter, value: content }, ...extra], charset);
}
