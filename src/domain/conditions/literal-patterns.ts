import type { ASTNode } from '@marcbachmann/cel-js';
import { compilePattern } from './pattern.ts';

/** A pattern written out in the condition is checked now rather than with the first lead. */
export function findBadPattern(node: ASTNode): string | null {
  if (node.op === 'rcall' && node.args[0] === 'matches') {
    const [pattern] = node.args[2];
    if (pattern?.op === 'value' && typeof pattern.args === 'string') {
      const compiled = compilePattern(pattern.args);
      if (!compiled.ok) return compiled.message;
    }
  }
  for (const child of childrenOf(node)) {
    const bad = findBadPattern(child);
    if (bad !== null) return bad;
  }
  return null;
}

function childrenOf(node: ASTNode): ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    default:
      return node.args;
  }
}
