import { EvaluationError, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import { MAX_ELEMENTS } from './environment.ts';
import { UnsupportedSyntax } from './rewrite.ts';

function isCelError(error: unknown): error is ParseError | EvaluationError | CelTypeError {
  return error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError;
}

/** Compile errors speak of the condition alone, so they may say everything. */
export function describeSyntax(error: unknown): string {
  if (error instanceof UnsupportedSyntax) return error.message;
  if (!isCelError(error)) return 'it is too deeply nested or uses a form that is not supported';
  const place = error.range ? ` (at character ${error.range.start + 1})` : '';
  return `${plainTypes(error.summary)}${place}`;
}

/** Evaluation errors may quote values, so only types and operators are let through. */
export function explainFailure(error: unknown): string {
  if (!isCelError(error)) return 'it could not be evaluated';
  switch (error.code) {
    case 'no_such_overload':
    case 'no_matching_overload':
      return `${plainTypes(error.summary)}; a field is absent or has another type`;
    case 'invalid_logical_operand':
    case 'invalid_condition_type':
      return `${plainTypes(error.summary)}; compare the field with something`;
    case 'not_an_object':
      return 'it asks for a part of something that has none';
    case 'invalid_pattern':
      return 'its pattern does not compile';
    case 'too_many_elements':
      return `its loops visit more than ${MAX_ELEMENTS} elements`;
    case 'division_by_zero':
    case 'modulo_by_zero':
      return 'it divides by zero';
    default:
      return `it could not be evaluated (${error.code})`;
  }
}

/** `dyn<null> > int` is how the library says `null > int`. */
function plainTypes(text: string): string {
  return text.replace(/dyn<([^<>]*)>/g, '$1').replace(/leadrail_/g, '');
}
