import { z } from 'zod';
import { isMapping, valueAt } from './strings.ts';

type Schema = z.core.$ZodType;

/** The schemas behind wrappers, pipes and unions: what a value at this place may really be. */
function alternatives(schema: Schema): Schema[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(alternatives);
  if (schema instanceof z.ZodPipe) return [...alternatives(schema.in), ...alternatives(schema.out)];
  if (schema instanceof z.ZodIntersection) return [...alternatives(schema.def.left), ...alternatives(schema.def.right)];
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly ||
    schema instanceof z.ZodLazy
  ) {
    return alternatives(schema.unwrap());
  }
  return [schema];
}

const shapeOf = (schema: z.ZodObject): z.core.$ZodShape => schema.shape;

function step(schema: Schema, key: PropertyKey): Schema[] {
  if (schema instanceof z.ZodObject) {
    const next = shapeOf(schema)[String(key)];
    return next ? alternatives(next) : [];
  }
  if (schema instanceof z.ZodArray) return alternatives(schema.element);
  if (schema instanceof z.ZodTuple && typeof key === 'number') {
    const item = schema.def.items[key];
    return item ? alternatives(item) : [];
  }
  if (schema instanceof z.ZodRecord) return alternatives(schema.valueType);
  return [];
}

function schemasAt(root: Schema, path: readonly PropertyKey[]): Schema[] {
  return path.reduce<Schema[]>((schemas, key) => schemas.flatMap((schema) => step(schema, key)), alternatives(root));
}

/** False when a key that tells alternatives apart (`type: bearer`) has another value in the document. */
function couldBe(schema: z.ZodObject, value: unknown): boolean {
  if (!isMapping(value)) return true;
  return Object.entries(shapeOf(schema)).every(([key, child]) => {
    const written = value[key];
    return !(child instanceof z.ZodLiteral) || written === undefined || [...child.values].some((allowed) => allowed === written);
  });
}

/** The objects that a value at this place may be, as far as its `type` or the like tells. */
export function possibleObjects(root: Schema, path: readonly PropertyKey[], document: unknown): z.ZodObject[] {
  const objects = schemasAt(root, path).filter((schema) => schema instanceof z.ZodObject);
  const fitting = objects.filter((schema) => couldBe(schema, valueAt(document, path)));
  return fitting.length > 0 ? fitting : objects;
}

/** The keys of an object, found from the schema itself so that no list of words can go stale. */
export function keysOf(schema: z.ZodObject): string[] {
  return Object.keys(shapeOf(schema));
}

/** The fixed words a value at this place may be, those of an enumeration and single literals. */
export function knownWords(root: Schema, path: readonly PropertyKey[]): string[] {
  const words = schemasAt(root, path).flatMap((schema): unknown[] => {
    if (schema instanceof z.ZodEnum) return schema.options;
    return schema instanceof z.ZodLiteral ? [...schema.values] : [];
  });
  return [...new Set(words.filter((word) => typeof word === 'string'))];
}
