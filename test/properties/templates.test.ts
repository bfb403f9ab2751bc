import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTemplate, leadScope, renderTemplate, resolveTemplate, templateVariables } from '../../src/domain/mapping/template.ts';
import { leadOf } from '../../src/domain/mapping/lead-of.test-support.ts';
import { hostileText, lead, rawField } from './arbitraries.ts';

const nothing = leadScope(leadOf({}));
const quoted = (text: string): string => text.replaceAll('{', '{{').replaceAll('}', '}}');

describe('a template', () => {
  it('without braces is itself', () => {
    fc.assert(
      fc.property(hostileText.map((text) => text.replace(/[{}]/g, '')), (text) => {
        expect(checkTemplate(text)).toBeNull();
        expect(templateVariables(text)).toEqual([]);
        expect(renderTemplate(text, nothing)).toBe(text);
        expect(resolveTemplate(text, nothing)).toBe(text === '' ? undefined : text);
      }),
    );
  });

  it('says any text by doubled braces', () => {
    const braces = fc.string({ unit: fc.constantFrom('{', '}', '{x}', '{{', '}}', 'x', ' ') });
    fc.assert(
      fc.property(fc.oneof(braces, hostileText), (text) => {
        expect(checkTemplate(quoted(text))).toBeNull();
        expect(templateVariables(quoted(text))).toEqual([]);
        expect(renderTemplate(quoted(text), nothing)).toBe(text);
      }),
      { numRuns: 300 },
    );
  });

  it('puts values in once: braces in a value are text', () => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, (before, value, after) => {
        fc.pre(value.trim() !== '');
        const scope = leadScope(leadOf({ x: value, y: 'no' }));
        expect(renderTemplate(`${quoted(before)}{x}${quoted(after)}`, scope)).toBe(before + value + after);
        expect(renderTemplate('{x}{y}', scope, (text) => `<${text}>`)).toBe(`<${value}><no>`);
      }),
    );
  });

  it('of exactly one variable keeps its type', () => {
    fc.assert(
      fc.property(rawField, (raw) => {
        const field = leadOf({ x: raw });
        const value = resolveTemplate('{x}', leadScope(field));
        const isEmpty = (part: unknown): boolean => (Array.isArray(part) ? part.every(isEmpty) : part === null || (typeof part === 'string' && part.trim() === ''));
        expect(value).toEqual(isEmpty(raw) ? undefined : raw);
      }),
    );
  });

  it('is refused or resolves, of any text and any lead, and never throws', () => {
    const loose = fc.string({ unit: fc.oneof(fc.constantFrom('{', '}', '{a}', '{ a.b }', '{{', '}}', ' ', 'lead.', 'x', '"', '\\', '\n'), hostileText), maxLength: 8 });
    fc.assert(
      fc.property(loose, lead, (template, someLead) => {
        const scope = leadScope(someLead, { 'delivery.id': 'd-1' });
        const text = renderTemplate(template, scope);
        expect(typeof text).toBe('string');
        // What cannot be read was refused when it was saved; here it stays as it was written.
        if (checkTemplate(template) !== null) expect(text).toBe(template);
        resolveTemplate(template, scope);
      }),
      { numRuns: 500 },
    );
  });

  it('cannot be told another delivery by a lead', () => {
    fc.assert(
      fc.property(rawField, (raw) => {
        const scope = leadScope(leadOf({ 'delivery.id': raw, 'lead.id': raw, id: raw, 'lead.delivery_id': raw }), { 'delivery.id': 'd-1' });
        expect(renderTemplate('{delivery.id} {lead.delivery_id} {lead.id}', scope)).toBe('d-1 d-1 lead-1');
      }),
    );
  });
});
