import type { TokenAccess } from './access.ts';

/** For destinations whose credentials stand in their configuration. */
export const noTokens: TokenAccess = {
  current: () => Promise.reject(new Error('this destination needs no token')),
  renew: () => Promise.reject(new Error('this destination needs no token')),
};
