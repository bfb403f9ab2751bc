import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import { compilePattern } from './pattern.ts';
import { ELEMENTS, FIELD, MATCHES, PRESENT } from './rewrite.ts';

/** Elements that all loops of one evaluation may visit together: nested loops over a large answer end here. */
export const MAX_ELEMENTS = 10_000;

const LIMITS = { maxAstNodes: 1_000, maxDepth: 30, maxListElements: 500, maxMapEntries: 100, maxCallArguments: 10 };
/** A rewritten condition has more calls and parentheses than the author's. */
const REWRITTEN_LIMITS = { ...LIMITS, maxAstNodes: 10_000, maxDepth: 250 };

/** The two ways to read a condition: as its author wrote it, for messages, and as rewritten, to evaluate. */
export interface ConditionLanguage {
  authored: Environment;
  rewritten: Environment;
  /** To be called before each evaluation: gives the loops their elements again. */
  reset(): void;
}

/** CEL with these variables, of any type; numbers of a lead are doubles, so doubles and integers mix in arithmetic. */
export function makeLanguage(variables: readonly string[]): ConditionLanguage {
  const authored = withVariables(new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS }), variables);
  const rewritten = withVariables(new Environment({ homogeneousAggregateLiterals: false, limits: REWRITTEN_LIMITS }), variables);
  let elementsLeft = MAX_ELEMENTS;
  rewritten
    .registerFunction(`${FIELD}(dyn, dyn): dyn`, readField)
    .registerFunction(`${PRESENT}(dyn, string): bool`, (container: unknown, key: unknown) => container instanceof Map && container.has(key))
    .registerFunction(`${MATCHES}(string, string): bool`, matches)
    .registerFunction(`${ELEMENTS}(dyn): dyn`, (list: unknown) => {
      elementsLeft -= countElements(list);
      if (elementsLeft < 0) throw failure('too_many_elements', 'the lists are too long');
      return list;
    });
  return { authored, rewritten, reset: () => (elementsLeft = MAX_ELEMENTS) };
}

function withVariables(environment: Environment, variables: readonly string[]): Environment {
  for (const variable of variables) environment.registerVariable(variable, 'dyn');
  for (const [left, right] of [['int', 'double'], ['double', 'int']] as const) {
    for (const [operator, compute] of ARITHMETIC) {
      environment.registerOperator(`${left} ${operator} ${right}: double`, (a: unknown, b: unknown) => compute(Number(a), Number(b)));
    }
  }
  return environment.registerOperator('double % double: double', (a: unknown, b: unknown) => Number(a) % Number(b));
}

const ARITHMETIC: readonly (readonly [operator: string, compute: (left: number, right: number) => number])[] = [
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / right],
  ['%', (left, right) => left % right],
];

/** An absent key, and any key of null, reads as null. A key of a text or number is a mistake worth telling. */
function readField(container: unknown, key: unknown): unknown {
  if (container === null || container === undefined) return null;
  if (container instanceof Map) {
    const value: unknown = container.get(typeof key === 'string' ? key : String(key));
    return value === undefined ? null : value;
  }
  if (Array.isArray(container)) {
    const element: unknown = typeof key === 'bigint' || typeof key === 'number' ? container[Number(key)] : undefined;
    return element === undefined ? null : element;
  }
  throw failure('not_an_object', 'a part of a plain value');
}

function matches(text: unknown, source: unknown): boolean {
  const compiled = compilePattern(String(source));
  if (!compiled.ok) throw failure('invalid_pattern', 'the pattern does not compile');
  return compiled.pattern.test(String(text));
}

function countElements(list: unknown): number {
  if (Array.isArray(list)) return list.length;
  return list instanceof Map ? list.size : 0;
}

function failure(code: string, message: string): EvaluationError {
  return new EvaluationError({ code, message });
}
