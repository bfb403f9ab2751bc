type End = () => Promise<unknown>;

/** Hands `use` a way to say how each thing that it opens is ended, and ends all of them, the last first, however `use` ended. */
export async function withEndings<T>(use: (atEnd: (end: End) => void) => Promise<T>): Promise<T> {
  const endings: End[] = [];
  try {
    return await use((end) => void endings.push(end));
  } finally {
    for (const end of endings.toReversed()) {
      try {
        await end();
      } catch (error) {
        // One that fails keeps none of the others running.
        process.stderr.write(`something did not end in order: ${String(error)}\n`);
      }
    }
  }
}
