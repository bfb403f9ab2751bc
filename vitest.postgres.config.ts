import { defineConfig } from 'vitest/config';

/** What needs a PostgreSQL: the store's tests on it, and the parts as processes of their own. */
export default defineConfig({
  test: {
    include: ['src/store/**/*.test.ts', 'src/channels/tokens/**/*.test.ts', 'test/postgres/**/*.test.ts'],
    globalSetup: ['test/postgres/database-for-store-tests.ts'],
    maxWorkers: 2,
    // Half a dozen processes have to start, which takes seconds, and minutes on a machine that is busy with others.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
