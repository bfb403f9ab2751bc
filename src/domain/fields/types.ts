import { z } from 'zod';

/** The field types of one value, as a configuration writes them; each also exists as a list, e.g. `phone[]`. */
export const FIELD_TYPES = [
  'phone',
  'email',
  'number',
  'boolean',
  'range',
  'date',
  'dob',
  'time',
  'postal_code',
  'state',
  'gender',
  'ssn',
  'url',
  'ip',
  'string',
  'first_name',
  'last_name',
  'street',
  'city',
  'credential',
] as const;

/** A type of one value. */
export type BaseFieldType = (typeof FIELD_TYPES)[number];

/** A type of several values, e.g. `phone[]`. */
export type ListFieldType = `${BaseFieldType}[]`;

/** What a field's text is read as. */
export type FieldType = BaseFieldType | ListFieldType;

function listOf<T extends BaseFieldType>(type: T): `${T}[]` {
  return `${type}[]`;
}

const fieldTypeSchema = z.enum([...FIELD_TYPES, ...FIELD_TYPES.map((type) => listOf(type))], {
  error: `use one of ${FIELD_TYPES.join(', ')}; with [] behind it, e.g. phone[], for a list`,
});

/** How a source declares one field. `sensitive` unset: the type decides (see `isSensitive`). */
export const fieldDeclarationSchema = z.preprocess(
  // `phone: phone` says the same as `phone: { type: phone }`.
  (written) => (typeof written === 'string' ? { type: written } : written),
  z.strictObject({
    type: fieldTypeSchema,
    required: z.boolean().default(false).describe('true: a lead without it, or with a form that cannot be read, is refused at intake'),
    sensitive: z.boolean().optional().describe('true: masked in logs, evidence and exports; ssn, dob and credential are unless set to false'),
  }),
);

/** The fields of a source by name. */
export const fieldDeclarationsSchema = z.record(z.string().min(1), fieldDeclarationSchema);

export type FieldDeclaration = z.infer<typeof fieldDeclarationSchema>;
export type FieldDeclarations = z.infer<typeof fieldDeclarationsSchema>;

/** A type taken apart: what each value is, and whether there may be several. */
export interface FieldTypeShape {
  base: BaseFieldType;
  list: boolean;
}

const SHAPES: ReadonlyMap<string, FieldTypeShape> = new Map(
  FIELD_TYPES.flatMap((base): [string, FieldTypeShape][] => [
    [base, { base, list: false }],
    [listOf(base), { base, list: true }],
  ]),
);

/** Takes `phone[]` apart into `phone` and "a list". Throws on a text that is no field type: only code that went round the types can send one. */
export function shapeOfType(type: FieldType): FieldTypeShape {
  const shape = SHAPES.get(type);
  if (shape === undefined) throw new TypeError(`"${type}" is no field type; use one of ${FIELD_TYPES.join(', ')}, or one of these with []`);
  return shape;
}

/** The declaration of a field, or undefined when the source does not declare it. Names like `constructor` are just names. */
export function declarationOf(declarations: FieldDeclarations, name: string): FieldDeclaration | undefined {
  return Object.hasOwn(declarations, name) ? declarations[name] : undefined;
}
