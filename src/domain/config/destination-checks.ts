import type { DestinationCommon } from './destination.ts';
import type { Finding } from './cross-checks.ts';
import type { Outline } from './outline.ts';
import type { DestinationSchemas } from './schema.ts';
import { isBrokenReference } from './secret-reference.ts';
import { stringsIn, type DocumentPath } from './strings.ts';

/** What a destination type checks beyond shapes, by type. Paths are relative to the destination. */
export type DestinationChecks = Readonly<
  Record<string, (config: DestinationCommon) => { path: DocumentPath; message: string; severity: 'error' | 'warning' }[]>
>;

/** Each destination that can be read by itself is checked by its type, whatever is wrong elsewhere. References to secrets are whole values. */
export function checkDestinations(outline: Outline, schemas: DestinationSchemas, checks: DestinationChecks): Finding[] {
  return outline.buyers.flatMap((buyer, buyerIndex) =>
    buyer.destinations.flatMap(({ type, document }, index): Finding[] => {
      const path: DocumentPath = ['buyers', buyerIndex, 'destinations', index];
      const broken = stringsIn(document)
        .filter(({ text }) => isBrokenReference(text))
        .map((found): Finding => {
          const message = 'a reference to a secret is the whole value, `secret://name`, with a name of letters, digits, "_", "-" and "."';
          return { path: [...path, ...found.path], message, severity: 'error' };
        });
      const schema = type !== null && Object.hasOwn(schemas, type) ? schemas[type] : undefined;
      const check = type !== null && Object.hasOwn(checks, type) ? checks[type] : undefined;
      if (!schema || !check) return broken;
      const parsed = schema.safeParse(document);
      if (!parsed.success) return broken;
      return [...broken, ...check(parsed.data).map((finding) => ({ ...finding, path: [...path, ...finding.path] }))];
    }),
  );
}
