import type { RequestHandler } from 'express';
import type { Recorder } from '../../metrics/metrics.ts';

/** Counts every answer of intake by its status, also those that ended before a lead was read. */
export function countIntake(metrics: Pick<Recorder, 'intakeAnswered'>): RequestHandler {
  return (_request, response, next) => {
    response.once('close', () => metrics.intakeAnswered(response.headersSent ? response.statusCode : 'gone'));
    next();
  };
}
