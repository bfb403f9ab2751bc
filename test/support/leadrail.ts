import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DestinationStream } from 'pino';
import { readSettings } from '../../src/settings/settings.ts';
import { startApiPart } from '../../src/system/api-part.ts';
import { openFoundation, type Foundation } from '../../src/system/foundation.ts';
import { createLog } from '../../src/system/log.ts';
import { startWorkerPart } from '../../src/system/worker-part.ts';
import { ApiClient } from './api-client.ts';

export interface Leadrail {
  api: ApiClient;
  foundation: Foundation;
  /** A client with an intake key of a source. */
  intake(source: string): Promise<ApiClient>;
  stop(): Promise<void>;
}

/** The whole embedded system, as `npm start` composes it, in a folder of its own and on free ports. */
export async function startLeadrail(options: { worker?: boolean; environment?: Record<string, string>; logTo?: DestinationStream } = {}): Promise<Leadrail> {
  const dataDir = await mkdtemp(join(tmpdir(), 'leadrail-test-'));
  const read = readSettings(
    {
      PATH: process.env['PATH'],
      LEADRAIL_DATA_DIR: dataDir,
      LEADRAIL_PORT: '0',
      LEADRAIL_ALLOWED_NETWORKS: '127.0.0.0/8',
      LEADRAIL_LOG_LEVEL: 'error',
      LEADRAIL_SHUTDOWN_GRACE: '5s',
      ...options.environment,
    },
    'embedded',
  );
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes));
  const { settings } = read;
  const log = createLog(settings, options.logTo);
  const foundation = await openFoundation(settings, log, () => undefined, { anyTemporalPort: true });
  const address = await startApiPart(foundation, () => undefined);
  if (options.worker !== false) {
    await startWorkerPart(foundation, (error) => {
      throw error;
    });
  }
  const api = new ApiClient(address, foundation.adminKey);
  return {
    api,
    foundation,
    intake: async (source) => {
      const { body } = await api.post(`/v1/sources/${source}/keys`, {});
      return new ApiClient(address, String(body.key));
    },
    stop: async () => {
      await foundation.closers.close(log);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
