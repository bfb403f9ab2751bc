import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { destinationChecks, destinationSchemas } from '../../src/channels/registry.ts';
import { readDocument } from '../../src/domain/config/document.ts';
import { parseConfig } from '../../src/domain/config/parse.ts';

const ROOT = new URL('../../', import.meta.url);

/** The first line of a block that is a whole configuration. */
const MARK = '# checked';

/** The examples that the pages promise; fewer means that one lost its mark. */
const FEWEST = 8;

interface Example {
  page: string;
  /** Line of the page, from 1, where the block begins. */
  line: number;
  yaml: string;
}

/** Every YAML block of a page, in order. */
function yamlBlocks(page: string, text: string): Example[] {
  return [...text.matchAll(/^```ya?ml\n([\s\S]*?)^```/gm)].map((match) => {
    return { page, line: text.slice(0, match.index).split('\n').length, yaml: match[1] ?? '' };
  });
}

/** The README's example is a whole configuration without the mark; on the other pages only marked blocks are. */
async function wholeConfigurations(): Promise<Example[]> {
  const pages = (await readdir(new URL('docs/', ROOT), { recursive: true })).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`);
  const blocks = await Promise.all(['README.md', ...pages].map(async (page) => yamlBlocks(page, await readFile(new URL(page, ROOT), 'utf8'))));
  return blocks.flat().filter(({ page, yaml }) => yaml.startsWith(MARK) || (page === 'README.md' && /^sources:/m.test(yaml)));
}

const examples = await wholeConfigurations();

/** The files that a person applies as they are. */
const files = (await readdir(new URL('examples/', ROOT))).filter((name) => name.endsWith('.yaml') && name !== 'demo.yaml');

describe('the files in examples/', () => {
  it('are there', () => expect(files.sort()).toEqual(['chain.yaml', 'fan-out.yaml', 'first-steps.yaml']));

  it.each(files)('%s is accepted', async (name) => {
    const read = readDocument(await readFile(new URL(`examples/${name}`, ROOT), 'utf8'), 'application/yaml');
    expect(read).toMatchObject({ ok: true });
    const parsed = read.ok && parseConfig(read.document, destinationSchemas, destinationChecks);
    expect(parsed).toMatchObject({ ok: true });
  });
});

describe('the configurations in the documentation', () => {
  it('are all found', () => {
    expect(examples.length).toBeGreaterThanOrEqual(FEWEST);
    expect(examples.map(({ page }) => page)).toContain('README.md');
  });

  it.each(examples)('$page, line $line, is accepted, and without any warning', ({ yaml }) => {
    const read = readDocument(yaml, 'application/yaml');
    expect(read).toMatchObject({ ok: true });
    if (!read.ok) return;
    const parsed = parseConfig(read.document, destinationSchemas, destinationChecks);
    expect(parsed.ok ? parsed.warnings : parsed.mistakes).toEqual([]);
    expect(parsed.ok).toBe(true);
  });
});
