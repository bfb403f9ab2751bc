import type { FieldValue, Lead } from '../fields/lead.ts';
import { fieldValue, isEmptyValue, rawValue, valueText } from './value.ts';

/** Where a template's variables come from; undefined for one that is not there. */
export interface TemplateScope {
  get(path: string): FieldValue | undefined;
}

type Segment = { kind: 'text'; text: string } | { kind: 'variable'; path: string };
type ParsedTemplate = { ok: true; segments: Segment[] } | { ok: false; message: string };

/**
 * What `{name}` reaches in a lead. A bare name is a field, `phone.area` a part of one and `phone.raw` what came in (unless a field has that very name).
 * With `lead.` in front the lead's own `id`, `source`, `received_at` and `test` come first, and `lead.fields.id` reaches a
 * field that they hide. `extra` (such as `delivery.id`) comes before fields, so that nobody who sends leads can replace it;
 * `lead.delivery_id` is another name for `delivery.id`.
 */
export function leadScope(lead: Lead, extra: Record<string, FieldValue> = {}): TemplateScope {
  const known = new Map(Object.entries(extra));
  const own = new Map<string, FieldValue>([
    ['lead.id', lead.id],
    ['lead.source', lead.source],
    ['lead.received_at', lead.receivedAt],
    ['lead.test', lead.test],
  ]);
  const deliveryId = known.get('delivery.id');
  if (deliveryId !== undefined) own.set('lead.delivery_id', deliveryId);
  return {
    get(path) {
      const ours = known.get(path) ?? own.get(path);
      if (ours !== undefined) return ours;
      for (const prefix of ['lead.fields.', 'lead.parts.', 'lead.']) {
        const found = path.startsWith(prefix) ? fieldOrPart(lead, path.slice(prefix.length)) : undefined;
        if (found !== undefined) return found;
      }
      return fieldOrPart(lead, path);
    },
  };
}

function fieldOrPart(lead: Lead, path: string): FieldValue | undefined {
  const field = lead.fields.get(path);
  if (field) return fieldValue(field);
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const owner = lead.fields.get(path.slice(0, dot));
    const part = path.slice(dot + 1);
    if (owner && Object.hasOwn(owner.parts, part)) return owner.parts[part];
    if (owner && part === 'raw') return rawValue(owner.raw);
  }
  return undefined;
}

/** Null when the template can be read; otherwise what is wrong with it. */
export function checkTemplate(template: string): string | null {
  const parsed = parseTemplate(template);
  return parsed.ok ? null : parsed.message;
}

/** The paths that a template names, in order, each once; none for one that cannot be read. */
export function templateVariables(template: string): string[] {
  return [...new Set(segmentsOf(template).flatMap((segment) => (segment.kind === 'variable' ? [segment.path] : [])))];
}

/** The texts between a template's variables; the template itself when it has none, or cannot be read. */
export function templateTexts(template: string): string[] {
  return segmentsOf(template).flatMap((segment) => (segment.kind === 'text' ? [segment.text] : []));
}

/**
 * A template's value. Exactly one variable keeps its type. Undefined when it resolves to nothing: every variable is
 * empty and the text between them has no letter or digit (`{city}, {state}` without both is nothing, not ",").
 */
export function resolveTemplate(template: string, scope: TemplateScope): FieldValue | undefined {
  const segments = segmentsOf(template);
  const [first] = segments;
  if (segments.length === 1 && first?.kind === 'variable') {
    const value = scope.get(first.path);
    return isEmptyValue(value) ? undefined : value;
  }
  return resolvesToNothing(segments, scope) ? undefined : join(segments, scope, (text) => text);
}

/**
 * A template as text, for URLs, headers and subjects: each variable's text goes through `escape` for the place where it
 * stands. Empty when the template resolves to nothing.
 */
export function renderTemplate(template: string, scope: TemplateScope, escape: (text: string) => string = (text) => text): string {
  const segments = segmentsOf(template);
  return resolvesToNothing(segments, scope) ? '' : join(segments, scope, escape);
}

function resolvesToNothing(segments: Segment[], scope: TemplateScope): boolean {
  let variables = 0;
  for (const segment of segments) {
    if (segment.kind === 'text') {
      if (/[\p{L}\p{N}]/u.test(segment.text)) return false;
    } else {
      variables += 1;
      if (!isEmptyValue(scope.get(segment.path))) return false;
    }
  }
  return variables > 0 || segments.length === 0;
}

/** Joins the segments; blanks that an empty variable leaves at either end go with it, the author's own blanks stay. */
function join(segments: Segment[], scope: TemplateScope, escape: (text: string) => string): string {
  const pieces = segments.map((segment) => {
    if (segment.kind === 'text') return { text: segment.text, empty: false };
    const value = scope.get(segment.path);
    return value === undefined || isEmptyValue(value) ? { text: '', empty: true } : { text: escape(valueText(value)), empty: false };
  });
  const leading = pieces.slice(0, Math.max(0, pieces.findIndex((piece) => piece.text.trim() !== '')));
  const trailing = pieces.slice(pieces.findLastIndex((piece) => piece.text.trim() !== '') + 1);
  let text = pieces.map((piece) => piece.text).join('');
  if (leading.some((piece) => piece.empty)) text = text.trimStart();
  if (trailing.some((piece) => piece.empty)) text = text.trimEnd();
  return text;
}

function segmentsOf(template: string): Segment[] {
  const parsed = parseTemplate(template);
  return parsed.ok ? parsed.segments : [{ kind: 'text', text: template }];
}

function parseTemplate(template: string): ParsedTemplate {
  const segments: Segment[] = [];
  let text = '';
  let at = 0;
  while (at < template.length) {
    const character = template.charAt(at);
    if ((character === '{' || character === '}') && template[at + 1] === character) {
      text += character;
      at += 2;
    } else if (character === '}') {
      return { ok: false, message: `it has a "}" without its "{"; write "}}" for the character itself` };
    } else if (character === '{') {
      const end = template.indexOf('}', at);
      const path = end === -1 ? '' : template.slice(at + 1, end).trim();
      if (end === -1) return { ok: false, message: `it has a "{" without its "}"; write "{{" for the character itself` };
      if (!/^[^{}"'\\\p{Cc}]{1,200}$/u.test(path)) return { ok: false, message: `{${path.slice(0, 40)}} is no name of a field; write "{{" and "}}" for the characters themselves` };
      if (text !== '') segments.push({ kind: 'text', text });
      text = '';
      segments.push({ kind: 'variable', path });
      at = end + 1;
    } else {
      text += character;
      at += 1;
    }
  }
  if (text !== '') segments.push({ kind: 'text', text });
  return { ok: true, segments };
}
