import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCondition, evaluateCondition } from '../../src/domain/conditions/condition.ts';
import { compilePattern } from '../../src/domain/conditions/pattern.ts';
import { leadVariables } from '../../src/domain/conditions/variables.ts';
import { hostileText, lead, regularExpression } from './arbitraries.ts';

const operand = fc.oneof(
  fc.constantFrom('lead.a', 'lead.b', 'lead.a.b', 'lead["a.b"]', 'lead.phone', 'lead.parts.phone.area', 'lead.fields.id', 'lead.id', 'lead.test', 'lead.received_at', 'lead.constructor', 'lead.__proto__', 'lead["__proto__"]', 'lead.missing.deeper', 'lead'),
  fc.constantFrom('1', '-1', '0', '1.5', '1e308', '9223372036854775807', '1u', '"a"', "'a'", 'r"\\d"', 'b"a"', 'true', 'false', 'null', '[]', '[1, "a", null]', '{}', '{"a": 1}', '"\\u00e9"', '"""x"""'),
);

/** Conditions that mostly compile: operators, loops and functions over what a lead has. */
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    operand,
    fc.tuple(tie('condition'), fc.constantFrom('==', '!=', '<', '<=', '>', '>=', 'in', '&&', '||', '+', '-', '*', '/', '%'), tie('condition')).map(([left, operator, right]) => `(${left} ${operator} ${right})`),
    tie('condition').map((inner) => `!(${inner})`),
    tie('condition').map((inner) => `-(${inner})`),
    fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([test, yes, no]) => `(${test} ? ${yes} : ${no})`),
    fc.tuple(tie('condition'), fc.constantFrom('all', 'exists', 'exists_one', 'filter', 'map'), tie('condition')).map(([list, loop, inner]) => `(${list}).${loop}(e, ${inner} == e)`),
    fc.tuple(tie('condition'), fc.constantFrom('startsWith', 'endsWith', 'contains', 'matches', 'split', 'size', 'getFullYear'), tie('condition')).map(([subject, method, argument]) => `(${subject}).${method}(${method === 'size' ? '' : argument})`),
    fc.tuple(fc.constantFrom('size', 'int', 'uint', 'double', 'string', 'bool', 'timestamp', 'duration', 'type', 'dyn', 'bytes', 'has'), tie('condition')).map(([name, argument]) => `${name}(${argument})`),
    fc.tuple(tie('condition'), tie('condition')).map(([container, key]) => `(${container})[${key}]`),
  ),
}));

const loose = fc.array(fc.oneof(fc.constantFrom('lead', '.a', '["a"]', ' == ', '1', '"a"', ' && ', '(', ')', 'has(lead.a)', '.matches(', '!', '.exists(e, e)', '-', ' ? ', ' : ', '[', ']', '{', '}', 'cel.bind(', '.?a', '//', '\\', '`a`'), hostileText), { maxLength: 8 }).map((parts) => parts.join(''));

describe('a condition', () => {
  it('that was accepted comes to true or false on any lead, and never throws', () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: condition.map((inner) => `(${inner}) == true`) }, { weight: 2, arbitrary: condition }, { weight: 1, arbitrary: loose }), lead, (source, someLead) => {
        const mistake = checkCondition(source, ['lead']);
        if (mistake === null) accepted += 1;
        const { value, problem } = evaluateCondition(source, leadVariables(someLead));
        expect(typeof value).toBe('boolean');
        if (mistake !== null) expect({ value, problem }).toEqual({ value: false, problem: expect.stringContaining(mistake) as string });
        if (problem !== null) expect(value).toBe(false);
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(25);
  });

  it('that fails says why without a value of the lead', () => {
    const personal = 'Ann.Personal.5125550142';
    const people = leadVariables({ id: 'lead-1', source: 'facebook', receivedAt: '2024-03-10T04:30:00.000Z', test: false, fields: new Map(['a', 'b', 'phone'].map((name) => [name, { type: 'string', raw: personal, valid: true, value: personal, parts: {} }])) });
    fc.assert(
      fc.property(condition.map((inner) => `(${inner}) == true`), (source) => {
        expect(evaluateCondition(source, people).problem ?? '').not.toMatch(/Ann|Personal|5125550142/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a pattern', () => {
  it('is compiled or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(regularExpression, hostileText), hostileText, (source, text) => {
        const compiled = compilePattern(source);
        if (compiled.ok) expect(typeof compiled.pattern.test(text)).toBe('boolean');
        else expect(compiled.message).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });

  it('that only backtracking could match is refused, wherever that part stands', () => {
    const needsBacktracking = fc.constantFrom('(?=a)', '(?!a)', '(?<=a)', '(?<!a)', '(a)\\1', '(?P<n>a)(?P=n)', '(?<n>a)\\k<n>', '(?>a)', 'a*+', 'a++', '(?(1)a|b)', '(?R)');
    fc.assert(
      fc.property(regularExpression, needsBacktracking, regularExpression, (before, part, after) => {
        expect(compilePattern(before + part + after).ok).toBe(false);
        expect(compilePattern(`(?:${part})*`).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('finds what another engine finds', () => {
    // Without loops over what may be empty: there the dialects differ in what a group holds, and JavaScript's engine may run away.
    const simple = fc.array(fc.constantFrom('a', 'b', '[ab]', 'a*', 'b+?', '(?:a|bb)', '(a|b)', '.', '[^a]', '\\w', 'x{0,2}', '^', '$'), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(simple, fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'x', 'é'), maxLength: 12 }), (source, text) => {
        const compiled = compilePattern(source);
        expect(compiled.ok && compiled.pattern.test(text)).toBe(new RegExp(source, 'u').test(text));
      }),
      { numRuns: 500 },
    );
  });
});
