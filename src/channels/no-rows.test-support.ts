import type { RowQueue } from './rows.ts';

/** For destinations that hand in no rows. */
export const noRows: RowQueue = { append: () => Promise.reject(new Error('this destination hands in no rows')) };
