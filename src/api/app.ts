import express from 'express';
import helmet from 'helmet';
import type { ApiDependencies } from './dependencies.ts';
import { allEndpoints } from './endpoints.ts';
import { mount, noSuchAddress, refuseBrokenAddress } from './http/mount.ts';
import { problemHandler } from './http/problem-handler.ts';

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
  app.use(refuseBrokenAddress);
  mount(app, allEndpoints(dependencies.settings), dependencies);
  app.use(noSuchAddress);
  app.use(problemHandler(dependencies.log));
  return app;
}
