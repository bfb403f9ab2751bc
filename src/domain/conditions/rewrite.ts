import type { ASTNode } from '@marcbachmann/cel-js';

/** Functions that stand in for what CEL would do to an absent field, a list or a pattern (`environment.ts`). */
export const FIELD = 'leadrail_field';
export const PRESENT = 'leadrail_present';
export const MATCHES = 'leadrail_matches';
export const ELEMENTS = 'leadrail_elements';

const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** A part of the language that conditions do without. */
export class UnsupportedSyntax extends Error {
  override name = 'UnsupportedSyntax';
}

/**
 * Writes a parsed condition anew, with our own functions where CEL's would throw on an absent field, run away on a pattern
 * or loop without end. Everything is in parentheses, and literals are the author's own text, so the meaning cannot shift.
 */
export function rewriteCondition(node: ASTNode): string {
  switch (node.op) {
    case 'value':
      return node.input.slice(node.start, node.end);
    case 'id':
      return node.args;
    case '.':
      return `${FIELD}(${rewriteCondition(node.args[0])}, ${JSON.stringify(node.args[1])})`;
    case '[]':
      return `${FIELD}(${rewriteCondition(node.args[0])}, ${rewriteCondition(node.args[1])})`;
    case 'call':
      return rewriteCall(node.args[0], node.args[1]);
    case 'rcall':
      return rewriteMethod(node.args[0], node.args[1], node.args[2]);
    case 'list':
      return `[${node.args.map(rewriteCondition).join(', ')}]`;
    case 'map':
      return `{${node.args.map(([key, value]) => `${rewriteCondition(key)}: ${rewriteCondition(value)}`).join(', ')}}`;
    case '?:':
      return `(${rewriteCondition(node.args[0])} ? ${rewriteCondition(node.args[1])} : ${rewriteCondition(node.args[2])})`;
    case '!_':
      return `(!${rewriteCondition(node.args)})`;
    case '-_':
      return `(-(${rewriteCondition(node.args)}))`;
    case '.?':
    case '[?]':
      throw new UnsupportedSyntax('optional access is not needed: an absent field reads as null');
    case '||':
    case '&&':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return `(${rewriteCondition(node.args[0])} ${node.op} ${rewriteCondition(node.args[1])})`;
  }
}

function rewriteCall(name: string, args: ASTNode[]): string {
  const [only] = args;
  if (name === 'has' && only?.op === '.') return `${PRESENT}(${rewriteCondition(only.args[0])}, ${JSON.stringify(only.args[1])})`;
  return `${name}(${args.map(rewriteCondition).join(', ')})`;
}

function rewriteMethod(name: string, receiver: ASTNode, args: ASTNode[]): string {
  if (receiver.op === 'id' && receiver.args === 'cel') throw new UnsupportedSyntax(`cel.${name} is not available in conditions`);
  const subject = rewriteCondition(receiver);
  const rest = args.map(rewriteCondition).join(', ');
  if (name === 'matches') return `${MATCHES}(${subject}, ${rest})`;
  return LOOPS.has(name) ? `${ELEMENTS}(${subject}).${name}(${rest})` : `(${subject}).${name}(${rest})`;
}
