import type { Settlement } from '../../store/records.ts';

/** How a delivery ends that was given up. The explanation is for a person. */
export function discarded(explanation: string): Settlement {
  return { state: 'discarded', reason: 'discarded-by-operator', explanation, deadLetter: null };
}
