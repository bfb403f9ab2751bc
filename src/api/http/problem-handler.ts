import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { InvalidCursor } from '../../store/cursor.ts';
import { StoreUnavailable } from '../../store/store.ts';
import { TemporalUnavailable } from '../../temporal/engine.ts';
import { describeError } from '../../domain/describe-error.ts';
import { invalidCursor, Problem } from './problem.ts';

/** Turns whatever a request ended with into problem details; what nobody expected is logged under the id that the client gets. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const problem = problemFrom(error, (fault) => {
      const id = uuidv7();
      log.error({ errorId: id, method: request.method, fault: describeError(fault) }, 'a request ended in an unexpected error');
      return new Problem(500, `Something unexpected happened here; it was logged under ${id}. Try again, and tell the operator that id.`, {
        instance: `urn:uuid:${id}`,
      });
    });
    if (response.headersSent) {
      // The answer is under way: the only honest end left is a broken connection.
      next(error);
      return;
    }
    sendProblem(response, problem);
  };
}

/** Writes a problem as the whole answer. */
export function sendProblem(response: Response, problem: Problem): void {
  response.status(problem.status).set(problem.headers).type('application/problem+json').send(JSON.stringify(problem.body));
}

function problemFrom(error: unknown, unexpected: (fault: unknown) => Problem): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable) return new Problem(503, 'The database cannot be reached. Nothing was accepted; try again shortly.');
  if (error instanceof InvalidCursor) return invalidCursor();
  if (error instanceof TemporalUnavailable) return new Problem(503, 'Temporal cannot be reached, and this call needs it. Try again shortly.');
  switch (httpErrorOf(error)) {
    case 'entity.too.large':
      return new Problem(413, 'The body is larger than allowed. Send less, or split it.');
    case 'encoding.unsupported':
      return new Problem(415, 'The Content-Encoding is not supported. Use gzip, deflate, br or none.');
    case 'request.aborted':
    case 'request.size.invalid':
      return new Problem(400, 'The body ended early, or does not fit its Content-Length. Send it again, whole.');
    case 'client-error':
      return new Problem(400, 'The request cannot be read. Check its address, headers and body.');
    default:
      return unexpected(error);
  }
}

/** The kind of an error that the HTTP libraries raise for a client's mistake; undefined for anything else. */
function httpErrorOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  if (error.status < 400 || error.status >= 500) return undefined;
  if ('type' in error && typeof error.type === 'string' && HANDLED_TYPES.has(error.type)) return error.type;
  return 'client-error';
}

const HANDLED_TYPES: ReadonlySet<string> = new Set(['entity.too.large', 'encoding.unsupported', 'request.aborted', 'request.size.invalid']);
