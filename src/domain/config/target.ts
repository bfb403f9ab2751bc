/** What an entry of a route names: a buyer with all its destinations (`destination` null), or one destination. */
export interface Target {
  buyer: string;
  destination: string | null;
}

/** Reads `buyer` or `buyer/destination`; null for anything else. */
export function parseTarget(text: string): Target | null {
  const match = /^([^/\s]+)(?:\/([^/\s]+))?$/.exec(text);
  return match?.[1] === undefined ? null : { buyer: match[1], destination: match[2] ?? null };
}

/** A target as it is written. */
export function writeTarget(target: Target): string {
  return target.destination === null ? target.buyer : `${target.buyer}/${target.destination}`;
}
