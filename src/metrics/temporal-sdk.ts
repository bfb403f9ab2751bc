/** The SDK answers from memory, on loopback. */
const ANSWER_WITHIN_MS = 2_000;

/**
 * The Temporal SDK's own metrics, as the text that its exporter serves at `url`. Null when it does not answer, or not in
 * time: ours are worth having without them.
 */
export async function readTemporalSdkMetrics(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const text = await response.text();
    return response.ok ? text : null;
  } catch {
    // Shown by `leadrail_scrape_part_up`; a scrape every few seconds must not fill the log with the same line.
    return null;
  }
}
