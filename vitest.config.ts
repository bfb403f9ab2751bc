import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // These need a PostgreSQL on the machine: vitest.postgres.config.ts.
    exclude: [...configDefaults.exclude, 'test/postgres/**'],
    // One shared Temporal server and two cores: more workers only make neighbours slow.
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
