import { describe, expect, it } from 'vitest';
import { MIGRATIONS, type Migration } from './migrations.ts';

/**
 * What in a migration could trouble code that does not know it: everything but new tables, new indexes and new columns that a
 * row may be written without. A rule of a new table is its own business; a rule added to an old one may refuse what older code
 * writes.
 */
function troubles({ statements }: Migration): string[] {
  const ownTables = statements.map((statement) => /^create (?:unlogged )?table (\w+)/.exec(flat(statement))?.[1]);
  return statements.filter((statement) => {
    const text = flat(statement);
    if (/^create (?:unlogged )?table \w+/.test(text)) return false;
    const index = /^create (unique )?index \w+ on (\w+)/.exec(text);
    if (index) return index[1] !== undefined && !ownTables.includes(index[2]);
    const column = /^alter table (?<table>\w+) add column (?<name>\w+) (?<rest>[^,]*)$/.exec(text)?.groups;
    if (!column) return true;
    const { rest = '' } = column;
    return /\b(?:unique|references|check|primary key|generated)\b/.test(rest) || (/\bnot null\b/.test(rest) && !/\bdefault\b/.test(rest));
  });
}

function flat(statement: string): string {
  return statement.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

describe('migrations', () => {
  it('are numbered one after the other', () => {
    expect(MIGRATIONS.map(({ number }) => number)).toEqual(MIGRATIONS.map((_, index) => index + 1));
  });

  it.each(MIGRATIONS)('number $number leaves the version before running, or says why not', (migration) => {
    if (migration.stopOlderFirst === undefined) expect(troubles(migration)).toEqual([]);
    else expect(migration.stopOlderFirst.length).toBeGreaterThan(20);
  });

  it.each([
    'alter table leads add column erased_at timestamptz(3)',
    'alter table leads add column erased boolean not null default false',
    'create index leads_erased on leads (erased_at)',
    'create table notes (id text primary key, lead_id text not null references leads)',
  ])('may add: %s', (statement) => {
    expect(troubles({ number: 2, statements: [statement] })).toEqual([]);
  });

  it.each([
    'alter table leads add column erased boolean not null',
    'alter table leads add column reference text unique',
    'alter table leads add column a text, drop column reason',
    'create unique index leads_reason on leads (reason)',
    'alter table leads drop column reason',
    'alter table leads rename column reason to why',
    'alter table leads alter column reason set not null',
    'drop table gates',
    'delete from alerts',
  ])('may not, unmarked: %s', (statement) => {
    expect(troubles({ number: 2, statements: [statement] })).toEqual([statement]);
  });

  it('may make a table and its rules in one go', () => {
    expect(troubles({ number: 2, statements: ['create table notes (id text)', 'create unique index notes_id on notes (id)'] })).toEqual([]);
  });
});
