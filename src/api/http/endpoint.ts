import type { IncomingHttpHeaders } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { DEFAULT_INTAKE_AT_ONCE, type ApiDependencies } from '../dependencies.ts';
import { Admission } from './admission.ts';
import { authenticate, type Access, type Identity } from './authentication.ts';
import { JSON_TYPE, readJsonBody } from './media-types.ts';
import { readBody, type BodyReader } from './read-body.ts';
import { validate } from './validate.ts';

/** What an endpoint's handler gets: checked, typed, and who asks. */
export interface Call<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  identity: Identity;
  headers: IncomingHttpHeaders;
  /** Aborts when the client went away. */
  gone: AbortSignal;
  /** How long ago the request came: its headers, before its key was checked and its body read. */
  elapsedMs: () => number;
}

/** What an endpoint answers: JSON unless `type` says otherwise (then `body` is its text). No body for 204. */
export interface Answer {
  status: number;
  body?: unknown;
  type?: string;
  headers?: Record<string, string>;
}

/** One response as the OpenAPI document shows it. */
export interface AnswerDescription {
  description: string;
  schema?: z.ZodType;
  /** Media types; JSON when absent. */
  types?: readonly string[];
  /** Headers that mean something here, for the document. */
  headers?: z.ZodObject;
}

export interface EndpointWords {
  method: 'get' | 'post' | 'put' | 'delete';
  /** As OpenAPI writes it: `/v1/leads/{id}`. */
  path: string;
  access: Access;
  tag: string;
  summary: string;
  description?: string;
  /** Headers that mean something here, for the document; the handler reads them itself. */
  headers?: z.ZodObject;
  answers: Record<number, AnswerDescription>;
}

/** A body that an endpoint reads: the media types it takes, how their text is read, and the schema of what comes out. */
export interface BodyDefinition<B extends z.ZodType> {
  schema: B;
  /** Empty: the endpoint reads no body. */
  types: readonly string[];
  read: BodyReader;
}

/** For an endpoint without parameters in its address, or without a query. */
export const nothing = z.object({});

/** For an endpoint that reads no body. */
export const noBody: BodyDefinition<z.ZodUndefined> = { schema: z.undefined(), types: [], read: () => undefined };

/** A JSON body. */
export function jsonBody<B extends z.ZodType>(schema: B): BodyDefinition<B> {
  return { schema, types: [JSON_TYPE], read: readJsonBody };
}

/** One endpoint: how it is called, who may, what it answers, and what it does. The OpenAPI document is made of the same words. */
export interface EndpointDefinition<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> extends EndpointWords {
  params: P;
  query: Q;
  body: BodyDefinition<B>;
  handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>, dependencies: ApiDependencies) => Promise<Answer>;
}

/** An endpoint with its types closed over: mounted by the application, shown by the document. */
export interface Endpoint extends EndpointWords {
  params: z.ZodObject;
  query: z.ZodObject;
  body: { schema: z.ZodType; types: readonly string[] };
  handler(dependencies: ApiDependencies): RequestHandler;
}

/** Makes an endpoint. The order is fixed: who calls, the address, the query, and only then is the body read. */
export function defineEndpoint<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  definition: EndpointDefinition<P, Q, B>,
): Endpoint {
  const { params, query, body, handle, ...words } = definition;
  return {
    ...words,
    params,
    query,
    body,
    handler: (dependencies) => {
      const { store, settings, log } = dependencies;
      const answer = async (request: Request, response: Response) => {
        const cameAtMs = performance.now();
        const identity = await authenticate(request.headers, words.access, { adminKey: settings.adminKey, sourceKeys: store.sourceKeys });
        const call = {
          params: validate(params, request.params, 'address'),
          query: validate(query, request.query, 'query'),
          body: validate(body.schema, await bodyValue(body, request, response, settings.bodyLimitBytes), 'body'),
          identity,
          headers: request.headers,
          // Made when it is asked for: an intake that waits for nothing does without.
          get gone() {
            return goneSignal(response);
          },
          elapsedMs: () => performance.now() - cameAtMs,
        };
        send(response, await handle(call, dependencies));
      };
      if (words.access !== 'intake') return answer;
      const admission = new Admission(settings.intakeAtOnce ?? DEFAULT_INTAKE_AT_ONCE, log);
      return (request, response) => admission.admit(() => answer(request, response));
    },
  };
}

async function bodyValue(body: BodyDefinition<z.ZodType>, request: Request, response: Response, limitBytes: number): Promise<unknown> {
  return body.types.length === 0 ? undefined : body.read(await readBody(request, response, limitBytes));
}

function goneSignal(response: Response): AbortSignal {
  if (response.closed) return AbortSignal.abort();
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

function send(response: Response, answer: Answer): void {
  response.status(answer.status).set(answer.headers ?? {});
  if (answer.body === undefined) response.end();
  else if (answer.type === undefined) response.type('application/json').send(JSON.stringify(answer.body));
  else response.type(answer.type).send(answer.body);
}
