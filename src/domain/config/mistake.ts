/** One mistake in a configuration. All of them are reported at once. */
export interface ConfigMistake {
  /** Where, e.g. `buyers[0].destinations[1].url`; names rather than numbers help a reader, so ids follow in the message. */
  path: string;
  message: string;
  /** What was probably meant, e.g. `timeout` for `timout`. */
  suggestion?: string;
}
