import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

/**
 * OpenTelemetry's packages, and the SDK's interceptors for it, are CommonJS: what was loaded stands there. Its bare API does not
 * count: the library for metrics loads it for exemplars, and without an SDK it does nothing.
 */
function loaded(): string[] {
  return Object.keys(createRequire(import.meta.url).cache).filter((file) => /[\\/](?:@opentelemetry[\\/](?!api[\\/])|interceptors-opentelemetry[\\/])/.test(file));
}

describe('tracing that is off', () => {
  it('loads nothing of OpenTelemetry', async () => {
    await Promise.all([import('../../src/system/api-part.ts'), import('../../src/system/worker-part.ts'), import('../../src/system/foundation.ts'), import('../../src/system/run.ts')]);
    expect(loaded()).toEqual([]);
    // That it would be seen:
    await import('../../src/tracing/start-tracing.ts');
    expect(loaded().length).toBeGreaterThan(0);
  });
});
