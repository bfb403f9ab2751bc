import { Redactions } from '../../../src/domain/masking/mask.ts';
import type { Run } from '../run.ts';

/** One shape of a text, masked at full length and at a quarter of it. */
export interface MaskingFigures {
  shape: string;
  characters: number;
  /** CPU time of this process, the fastest of the rounds: the others were disturbed. */
  cpuMs: number;
  quarterCpuMs: number;
  /** CPU time of `JSON.stringify` for the same text, to compare with: it looks at each character once. */
  stringifyCpuMs: number;
}

const CHARACTERS = 1_048_576;
/** Three credentials and two sensitive values, as a lead with an SSN and a date of birth has them. */
const SECRETS = ['a'.repeat(40), 's3cr3t-token-of-forty-characters-1234567890', 'Basic YWRhOm1hZGUtdXA='];
const SENSITIVE = ['219-09-9999', '1980-05-17'];

/** Texts that make looking for something expensive: one that nearly matches everywhere, and every kind of escape. */
const SHAPES: Readonly<Record<string, string>> = {
  'a buyer’s JSON': '{"id":"4711","status":"accepted","message":"thank you"},',
  'one letter, as a secret has it': 'a',
  blanks: ' ',
  base64: 'QWxhZGRpbjpvcGVuIHNlc2FtZQ',
  'percent escapes': '%61',
  'percent escapes of percent escapes': '%2525252561',
  'JSON escapes': '\\u0061\\"',
  'references of HTML': '&#97;&amp;',
  'begun references': '&a',
};

/** Measures how long it takes to hide what is hidden in a text of 1 MiB, the most that intake takes. */
export function measureMasking({ rounds }: { rounds: number }, { progress }: Pick<Run, 'progress'>): MaskingFigures[] {
  const redactions = Redactions.of(SECRETS).and(SENSITIVE);
  return Object.entries(SHAPES).map(([shape, piece]) => {
    progress(`masking ${shape}`);
    const text = piece.repeat(Math.ceil(CHARACTERS / piece.length)).slice(0, CHARACTERS);
    const quarter = text.slice(0, CHARACTERS / 4);
    redactions.redact(quarter, [quarter.length]);
    const fastest = (work: () => unknown) => Math.min(...Array.from({ length: rounds }, () => cpuMsOf(work)));
    return {
      shape,
      characters: text.length,
      cpuMs: fastest(() => redactions.redact(text, [text.length])),
      quarterCpuMs: fastest(() => redactions.redact(quarter, [quarter.length])),
      stringifyCpuMs: fastest(() => JSON.stringify(text)),
    };
  });
}

function cpuMsOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
