/**
 * Works on items side by side, at most `atOnce` of them. The first error ends it: nothing more is begun, what is under way ends,
 * and then it rejects with that error.
 */
export async function sideBySide<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  let hasFailed = false;
  const one = async (): Promise<void> => {
    for (const item of rest) {
      if (hasFailed) return;
      try {
        await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atOnce, items.length) }, one));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}
