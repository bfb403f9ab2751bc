import { describe, expect, it } from 'vitest';
import { declarationOf, fieldDeclarationSchema, fieldDeclarationsSchema, shapeOfType } from './types.ts';

describe('field declarations', () => {
  it('are optional fields unless they say otherwise', () => {
    expect(fieldDeclarationsSchema.parse({ phone: { type: 'phone', required: true }, notes: { type: 'string', sensitive: true }, emails: { type: 'email[]' }, state: 'state' })).toEqual({
      phone: { type: 'phone', required: true },
      notes: { type: 'string', required: false, sensitive: true },
      emails: { type: 'email[]', required: false },
      state: { type: 'state', required: false },
    });
  });

  it.each([{ type: 'fone' }, { type: 'phone[][]' }, { type: 'phone', require: true }, {}, 'fone', 7])('refuse %j', (declaration) => {
    expect(fieldDeclarationSchema.safeParse(declaration).success).toBe(false);
  });

  it('say what types there are', () => {
    expect(fieldDeclarationSchema.safeParse({ type: 'fone' }).error?.issues[0]?.message).toContain('use one of phone, email');
  });

  it('are found by their own names only', () => {
    const declarations = fieldDeclarationsSchema.parse({ phone: { type: 'phone' } });
    expect(declarationOf(declarations, 'phone')?.type).toBe('phone');
    expect(declarationOf(declarations, 'constructor')).toBeUndefined();
  });

  it('take list types apart', () => {
    expect(shapeOfType('dob[]')).toEqual({ base: 'dob', list: true });
    expect(shapeOfType('dob')).toEqual({ base: 'dob', list: false });
  });
});
