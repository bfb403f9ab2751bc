import { pollUntil } from '../http/poll.ts';

/** Well within the 15 s after which providers give up on a callback; Twilio does not repeat it. */
const SETTLES_WITHIN_MS = 8_000;

/**
 * Takes a callback in. A provider can be faster than the answer to its own call is written here: while `isEarly`, it is taken again, until
 * the attempt has had the time to end.
 */
export async function onceSettled<T>(take: () => Promise<T>, isEarly: (taken: T) => boolean, { gone, withinMs = SETTLES_WITHIN_MS }: { gone: AbortSignal; withinMs?: number }): Promise<T> {
  let taken = await take();
  if (isEarly(taken)) await pollUntil(async () => !isEarly((taken = await take())), { withinMs, signal: gone });
  return taken;
}
