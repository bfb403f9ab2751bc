/** One line with a value. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** A metric with everything under its name. */
export interface Family {
  name: string;
  help: string;
  type: string;
  samples: Sample[];
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|[-+0-9.e]+)$/i;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)",?/y;

/**
 * Reads Prometheus' text format line by line, as strictly as a scraper may: each family once, HELP and TYPE before its
 * samples, and no series twice. Throws with the line that is wrong.
 */
export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  const series = new Set<string>();
  let current: Family | null = null;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const help = /^# HELP (\S+) (.+)$/.exec(line);
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (help?.[1] !== undefined) {
      if (families.has(help[1])) throw new Error(`twice: ${line}`);
      current = { name: help[1], help: help[2] ?? '', type: '', samples: [] };
      families.set(current.name, current);
    } else if (type) {
      if (current?.name !== type[1] || current?.type !== '') throw new Error(`not after its HELP: ${line}`);
      current.type = type[2] ?? '';
    } else {
      const sample = readSample(line);
      if (!current || current.type === '' || !belongsTo(sample.name, current)) throw new Error(`without HELP and TYPE: ${line}`);
      const key = line.slice(0, line.lastIndexOf(' '));
      if (series.has(key)) throw new Error(`a series twice: ${line}`);
      series.add(key);
      current.samples.push(sample);
    }
  }
  return families;
}

/** The value of the one series with these labels; 0 when there is none. */
export function valueOf(families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number {
  const family = [...families.values()].find((one) => belongsTo(name, one));
  const found = family?.samples.filter((sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value)) ?? [];
  if (found.length > 1) throw new Error(`${name} ${JSON.stringify(labels)} is more than one series`);
  return found[0]?.value ?? 0;
}

/** Every name that a query may use. */
export function queryNames(families: Map<string, Family>): Set<string> {
  return new Set([...families.values()].flatMap(({ name, type }) => (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name])));
}

function readSample(line: string): Sample {
  const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`no sample: ${line}`);
  const pairs: [string, string][] = [];
  LABEL.lastIndex = 0;
  let end = 0;
  for (let match = LABEL.exec(labels); match; match = LABEL.exec(labels)) {
    pairs.push([match[1] ?? '', match[2] ?? '']);
    end = LABEL.lastIndex;
  }
  if (end !== labels.length) throw new Error(`labels that cannot be read: ${line}`);
  return { name, labels: Object.fromEntries(pairs), value: Number(value.replace(/inf/i, 'Infinity')) };
}

function belongsTo(name: string, family: Family): boolean {
  return name === family.name || (family.type === 'histogram' && [`${family.name}_bucket`, `${family.name}_sum`, `${family.name}_count`].includes(name));
}
