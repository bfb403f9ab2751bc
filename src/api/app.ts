import express from 'express';
import helmet from 'helmet';
import type { Store } from '../store/store.ts';
import type { ApiDependencies } from './dependencies.ts';
import { allEndpoints } from './endpoints.ts';
import { countIntake } from './metrics/count-intake.ts';
import { cacheSourceKeys } from './http/cache-source-keys.ts';
import { mount, noSuchAddress, refuseBrokenAddress } from './http/mount.ts';
import { problemHandler } from './http/problem-handler.ts';
import { rememberRefusals } from './intake/remember-refusals.ts';

export type { ApiDependencies, ApiSettings } from './dependencies.ts';

/** The HTTP application: every endpoint of DESIGN.md "Public surface" that has landed. It listens nowhere by itself. */
export function createApi(dependencies: ApiDependencies): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(
    helmet({
      // Our pages bring everything with them: nothing is loaded from anywhere, and no script runs.
      contentSecurityPolicy: {
        useDefaults: false,
        directives: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
      },
      // Whoever terminates TLS in front of this says so; on plain loopback the header would only mislead.
      strictTransportSecurity: false,
    }),
  );
  app.post('/v1/leads', countIntake(dependencies.metrics));
  app.use(refuseBrokenAddress);
  mount(app, allEndpoints(dependencies.settings), { ...dependencies, store: withMemory(dependencies.store) });
  app.use(noSuchAddress);
  app.use(problemHandler(dependencies.log));
  return app;
}

/** The store, asked less often where this process knows the answer for a moment. */
function withMemory(store: Store): Store {
  const nowMs = () => performance.now();
  return { ...store, sourceKeys: cacheSourceKeys(store.sourceKeys, nowMs), sourceLimits: rememberRefusals(store.sourceLimits, nowMs) };
}
