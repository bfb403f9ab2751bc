import { describe, expect, it } from 'vitest';
import { readDocument } from './document.ts';

function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level += 1) lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
  return lines.join('\n');
}

describe('readDocument', () => {
  const good: [name: string, text: string, contentType: string, document: unknown][] = [
    ['YAML', 'buyers:\n  - id: acme # the first\n', 'application/yaml', { buyers: [{ id: 'acme' }] }],
    ['JSON', '{"a": [1, true, null]}', 'application/json; charset=utf-8', { a: [1, true, null] }],
    ['either: JSON with tabs', '{\n\t"a": 1\n}', 'auto', { a: 1 }],
    ['either: YAML', 'a: 1', 'auto', { a: 1 }],
    ['a byte order mark', '\uFEFF{"a": 1}', 'auto', { a: 1 }],
    ['the core schema: yes, no and dates are text', 'a: yes\nb: no\nc: 2020-01-01\nd: true\ne: 0x1F', 'text/yaml', { a: 'yes', b: 'no', c: '2020-01-01', d: true, e: 31 }],
    ['aliases', 'a: &x { b: 1 }\nc: *x', 'auto', { a: { b: 1 }, c: { b: 1 } }],
    ['keys that look like numbers', '200: a', 'auto', { '200': 'a' }],
    ['nothing', '# nothing yet', 'auto', null],
  ];
  it.each(good)('reads %s', (_name, text, contentType, document) => {
    expect(readDocument(text, contentType)).toEqual({ ok: true, document });
  });

  const bad: [name: string, text: string, contentType: string, line: number, column: number, message: RegExp][] = [
    ['a repeated key', 'a: 1\nb:\n  c: 1\n  c: 2', 'auto', 4, 3, /twice/],
    ['a repeated key in JSON', '{"a": 1,\n "a": 2}', 'application/json', 2, 2, /twice/],
    ['broken JSON', '{"a": 1,\n "b" 2}', 'application/json', 2, 6, /not valid JSON/],
    ['unfinished JSON', '{"a": [', 'application/json', 1, 8, /not valid JSON/],
    ['YAML where JSON was announced', 'a: 1', 'application/json', 1, 1, /not valid JSON/],
    ['a bare word in JSON', '{"a": 1,\n "b": yes}', 'application/json', 2, 7, /not valid JSON/],
    ['a tab', 'a:\n\tb: 1', 'auto', 2, 1, /tabs cannot indent/],
    ['an open quote', 'a: "x', 'auto', 1, 6, /closing character/],
    ['a tag', 'a: !!js/function x', 'auto', 1, 4, /tag is not known/],
    ['two documents', 'a: 1\n---\nb: 1', 'auto', 2, 1, /second document/],
    ['a key that is a list', '? [a]\n: 1', 'auto', 1, 3, /must be text/],
    ['an alias of nothing', 'a: *x', 'auto', 1, 1, /no anchor/],
    ['a billion laughs', bomb(), 'auto', 1, 1, /aliases repeat more than 100/],
    ['a document that contains itself', 'a: &a [*a]', 'auto', 1, 1, /contains itself/],
    ['endless depth', '['.repeat(5_000) + ']'.repeat(5_000), 'auto', 1, 1, /nests deeper/],
  ];
  it.each(bad)('refuses %s', (_name, text, contentType, line, column, message) => {
    const read = readDocument(text, contentType);
    expect(read.ok ? read : read.mistakes[0]).toEqual({ path: `line ${line}, column ${column}`, line, column, message: expect.stringMatching(message) as unknown });
  });

  it('repeats nothing of the text, which may hold credentials', () => {
    const texts = ['token: hunter2: x', 'token: "hunter2', '{"token": "hunter2" x}', 'token: @hunter2', 'token: [hunter2'];
    for (const text of texts) {
      const read = readDocument(text, 'auto');
      expect(read.ok).toBe(false);
      expect(JSON.stringify(read)).not.toContain('hunter2');
    }
  });
});
