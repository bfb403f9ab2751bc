/** What a destination's configuration says about being ready for leads, as far as its type can tell. */
export interface Readiness {
  /** Whether the other side can tell who sends; null where there is nobody to tell. */
  authenticates: boolean | null;
  /** Names that the mapping uses, as written (`phone`, `phone.area`, `lead.state`); null when it sends every field. */
  mapped: string[] | null;
  /** Whether the configuration reads answers beyond their status; null where there are no answers. */
  readsAnswers: boolean | null;
}

/** True when a mapping uses a field, or a part of it. */
export function usesField(mapped: readonly string[], field: string): boolean {
  return mapped.some((name) => [name, name.replace(/^lead\.(?:fields\.)?/, '')].some((path) => path === field || path.startsWith(`${field}.`)));
}
