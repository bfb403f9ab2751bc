import { evaluateCondition } from '../../src/domain/conditions/condition.ts';
import { compilePattern } from '../../src/domain/conditions/pattern.ts';
import { parseField } from '../../src/domain/fields/parse.ts';
import type { FieldType } from '../../src/domain/fields/types.ts';
import { formatDate } from '../../src/domain/mapping/date.ts';
import { TooMuchWork, applyTransforms } from '../../src/domain/mapping/transform.ts';
import type { Transform } from '../../src/domain/mapping/transform-schema.ts';
import { maskDateOfBirth } from '../../src/domain/masking/mask.ts';
import { captureAll, compileCapture, compileSearch } from '../../src/domain/response/pattern.ts';
import { readResponse } from '../../src/domain/response/read.ts';
import { responseSchema } from '../../src/domain/response/schema.ts';

/** A text that is too long to be shown. */
export interface LongText {
  head: string;
  unit: string;
  times: number;
  tail: string;
}

/** What is to be done with one long text. */
export type LongTextTask = { long: LongText } & (
  | { kind: 'pattern'; pattern: string }
  | { kind: 'transform'; transform: Transform }
  | { kind: 'field'; type: FieldType }
  | { kind: 'answer'; contentType: string; response: unknown }
);

function perform(task: LongTextTask): void {
  const { head, unit, times, tail } = task.long;
  const text = head + unit.repeat(times) + tail;
  switch (task.kind) {
    case 'pattern': {
      const compiled = compilePattern(task.pattern);
      if (compiled.ok) compiled.pattern.test(text);
      const search = compileSearch(task.pattern);
      if (search.ok) search.value.matcher(text).find();
      const capture = compileCapture(task.pattern);
      if (capture.ok) captureAll(capture.value, text);
      evaluateCondition(`lead.x.matches(${JSON.stringify(task.pattern)})`, { lead: { x: text } });
      return;
    }
    case 'transform':
      try {
        applyTransforms(text, [task.transform]);
      } catch (error) {
        if (!(error instanceof TooMuchWork)) throw error;
      }
      return;
    case 'field':
      parseField(task.type, text, '2024-03-10T04:30:00.000Z');
      maskDateOfBirth(text);
      formatDate(text, 'YYYY-MM-DD');
      return;
    case 'answer':
      readResponse(responseSchema.parse(task.response), { status: 200, headers: [['content-type', task.contentType]], body: new TextEncoder().encode(text), bodyTruncated: false }, new Date(0));
  }
}

// One thing after the other, each answered by its number: a process of its own can be ended when it runs away.
process.on('message', ({ number, task }: { number: number; task: LongTextTask }) => {
  perform(task);
  process.send?.(number);
});
