import type { FieldDeclaration, FieldType } from '../fields/types.ts';
import { shapeOfType } from '../fields/types.ts';

/**
 * True when a field must not be shown: by default ssn, dob and credential (and lists of these); a declaration's own
 * `sensitive`, true or false, decides before its type.
 */
export function isSensitive(subject: FieldDeclaration | FieldType): boolean {
  if (typeof subject !== 'string') return subject.sensitive ?? isSensitive(subject.type);
  const { base } = shapeOfType(subject);
  return base === 'ssn' || base === 'dob' || base === 'credential';
}
