/**
 * Everything that somebody who knows the usual encodings could read in a text: the text, what is left when its escapes are undone
 * by the platform's own decoders, and whatever its base64 and hex hold. For tests that look for what must not be there; it shares
 * nothing with the code that hides it.
 */
export function clearTextsIn(text: string): string {
  const found = new Set<string>([text]);
  let last = [text];
  for (let level = 0; level < 4; level += 1) {
    last = [...new Set(last.flatMap((known) => DECODERS.flatMap((decode) => decode(known))))].filter((clear) => LEGIBLE.test(clear) && !found.has(clear));
    for (const clear of last) found.add(clear);
  }
  return [...found].join('\n');
}

/** Anything else is noise, such as base64 that was read from the wrong place. */
const LEGIBLE = /[ -~]{6}/;

const DECODERS: readonly ((text: string) => string[])[] = [percent, jsonStrings, references, base64, hex];

function percent(text: string): string[] {
  if (!text.includes('%')) return [];
  return [text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8')).replaceAll('+', ' '), text.replaceAll('+', ' ')];
}

function jsonStrings(text: string): string[] {
  return [text.replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16))), text.replace(/\\(["\\/])/g, '$1').replace(/\\n/g, '\n')].filter((clear) => clear !== text);
}

function references(text: string): string[] {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  const clear = text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code) % 0x110000)).replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => named[name] ?? '');
  return clear === text ? [] : [clear];
}

/** Of each run, wherever its groups begin, line breaks left out. */
function base64(text: string): string[] {
  const runs = text.replace(/(?:\\n|\n)(?=[A-Za-z0-9+/])/g, '').match(/[A-Za-z0-9+/_-]{6,}/g) ?? [];
  return runs.flatMap((run) => [0, 1, 2, 3].map((from) => Buffer.from(run.slice(from), 'base64').toString('utf8')));
}

function hex(text: string): string[] {
  const runs = text.match(/(?:[0-9a-f]{2}[-: ]?){6,}/gi) ?? [];
  return runs.map((run) => Buffer.from(run.replace(/[^0-9a-f]/gi, ''), 'hex').toString('utf8'));
}
