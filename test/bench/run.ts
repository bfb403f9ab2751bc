/** What every part of a benchmark is given. */
export interface Run {
  /** Aborted, with the reason, when the run is interrupted or something that it needs is lost. */
  signal: AbortSignal;
  /** Ends the run: a process that it needs has ended by itself. */
  lose: (error: Error) => void;
  /** Tells the person what is being done, a line each. */
  progress: (line: string) => void;
}
