/** Every workflow type, by its name on the Temporal server. */
export { buyer } from './buyer.ts';
export { failover } from './failover.ts';
export { fanOut } from './fan-out.ts';
export { lead, redelivery } from './lead.ts';
export { releaseHeld } from './release-held.ts';
export { sheet } from './sheet.ts';
export { worker } from './worker.ts';
