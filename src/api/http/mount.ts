import type { Express, RequestHandler } from 'express';
import type { ApiDependencies } from '../dependencies.ts';
import type { Endpoint } from './endpoint.ts';
import { Problem } from './problem.ts';

/** Hangs endpoints into the application: each path once, with a 405 for the methods it does not have. */
export function mount(app: Express, endpoints: readonly Endpoint[], dependencies: ApiDependencies): void {
  for (const path of new Set(endpoints.map((endpoint) => endpoint.path))) {
    const own = endpoints.filter((endpoint) => endpoint.path === path);
    const route = app.route(path.replaceAll(/\{(\w+)\}/g, ':$1'));
    for (const endpoint of own) route[endpoint.method](endpoint.handler(dependencies));
    route.all(methodNotAllowed(own.map((endpoint) => endpoint.method)));
  }
}

function methodNotAllowed(methods: Endpoint['method'][]): RequestHandler {
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])).join(', ');
  return (request) => {
    throw new Problem(405, `${request.method} is not possible here. Use ${allowed}.`, { headers: { allow: allowed } });
  };
}

/** A 400 for an address with broken percent-encoding, before anything tries to decode it. */
export const refuseBrokenAddress: RequestHandler = (request, _response, next) => {
  if (!isDecodable(request.path)) throw new Problem(400, 'The address has broken percent-encoding. Write % as %25.');
  next();
};

/** A 404 for an address that is none of ours. */
export const noSuchAddress: RequestHandler = () => {
  throw new Problem(404, 'There is nothing at this address. GET /docs lists what there is.');
};

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
