import { setTimeout as delay } from 'node:timers/promises';
import { Client, isGrpcServiceError, type WorkflowClientInterceptor } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { NativeConnection } from '@temporalio/worker';
import type { TemporalAddress } from './credentials.ts';
import { readCredentials } from './credentials.ts';

export type { TemporalAddress, TemporalTls } from './credentials.ts';

export interface ConnectOptions {
  /** How long to go on trying, in milliseconds. */
  deadlineMs: number;
  /** Told why it did not work yet, once a reason. */
  onWaiting?: (message: string) => void;
  /** Around the client's calls for workflows, the first one outermost. */
  clientInterceptors?: WorkflowClientInterceptor[];
}

/** One connection for client and worker: a worker takes workflows of its own process's client at once (eager start) only when they share it. */
export interface TemporalConnection {
  connection: NativeConnection;
  client: Client;
  /** After the workers on it have shut down. */
  close(): Promise<void>;
}

export type ConnectResult = { ok: true; temporal: TemporalConnection } | { ok: false; message: string };

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;
const ATTEMPT_TIMEOUT_MS = 10_000;

/** The SDK compresses as it comes. Our messages are small, and it cost both ends a fortieth of their CPU. */
const NO_COMPRESSION: NativeConnectionOptions['grpcCompression'] = { codec: 'none' };

/** gRPC's numbers. */
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

/**
 * Connects and looks for the namespace, again and again until the deadline; what waiting does not mend (a file that is
 * missing, a refused key) ends it at once. Installs the SDK's runtime with its defaults unless that was done before.
 */
export async function connectTemporal(where: TemporalAddress, options: ConnectOptions): Promise<ConnectResult> {
  const credentials = await readCredentials(where);
  if (!credentials.ok) return credentials;
  const deadline = Date.now() + options.deadlineMs;
  let told = '';
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const attempt = await tryToConnect(where, credentials.options, options.clientInterceptors ?? [], Math.min(ATTEMPT_TIMEOUT_MS, Math.max(deadline - Date.now(), 1_000)));
    if (attempt.ok) return attempt;
    if (attempt.final || Date.now() + waitMs >= deadline) return { ok: false, message: attempt.message };
    if (attempt.message !== told) options.onWaiting?.(`${attempt.message} Trying again.`);
    told = attempt.message;
    await delay(waitMs);
  }
}

type Attempt = { ok: true; temporal: TemporalConnection } | { ok: false; final: boolean; message: string };

async function tryToConnect(where: TemporalAddress, options: NativeConnectionOptions, clientInterceptors: WorkflowClientInterceptor[], timeoutMs: number): Promise<Attempt> {
  const connecting = NativeConnection.connect({ ...options, grpcCompression: NO_COMPRESSION });
  const settled = new AbortController();
  const timeout = delay(timeoutMs, null, { signal: settled.signal }).catch(() => null);
  const connection = await Promise.race([connecting.catch((error: unknown) => new ConnectFailure(error)), timeout]);
  settled.abort();
  if (connection === null) {
    // It has no time limit of its own; should it succeed yet, nobody wants it.
    connecting.then((late) => late.close()).catch(() => undefined);
    return { ok: false, final: false, message: `Temporal at ${where.address} does not answer. Is it a Temporal server? Check TEMPORAL_ADDRESS and TEMPORAL_TLS.` };
  }
  if (connection instanceof ConnectFailure) return explain(where, connection.reason);
  try {
    await connection.withDeadline(Date.now() + timeoutMs, () => connection.workflowService.describeNamespace({ namespace: where.namespace }));
  } catch (error) {
    // Whoever may not describe a namespace may still work in it.
    if (codeOf(error) !== PERMISSION_DENIED) {
      await connection.close();
      return explain(where, error);
    }
  }
  const client = new Client({ connection, namespace: where.namespace, interceptors: { workflow: clientInterceptors } });
  return { ok: true, temporal: { connection, client, close: () => connection.close() } };
}

class ConnectFailure {
  readonly reason: unknown;
  constructor(reason: unknown) {
    this.reason = reason;
  }
}

function explain(where: TemporalAddress, error: unknown): Attempt {
  switch (codeOf(error) ?? refusalOf(error)) {
    case NOT_FOUND:
      return {
        ok: false,
        final: false,
        message: `Temporal at ${where.address} has no namespace ${where.namespace}. Create it (temporal operator namespace create --namespace ${where.namespace}) or set TEMPORAL_NAMESPACE.`,
      };
    case PERMISSION_DENIED:
    case UNAUTHENTICATED:
      return { ok: false, final: true, message: `Temporal at ${where.address} refuses our credentials. Check TEMPORAL_API_KEY, or the certificate in TEMPORAL_TLS_CLIENT_CERT_PATH, and TEMPORAL_NAMESPACE.` };
    default:
      return { ok: false, final: false, message: `Temporal at ${where.address} cannot be reached (${reasonOf(error)}). Check TEMPORAL_ADDRESS and TEMPORAL_TLS, and that the server runs.` };
  }
}

function codeOf(error: unknown): number | null {
  return isGrpcServiceError(error) ? error.code : null;
}

/** While connecting the SDK has no number for a refusal, only gRPC's words for it. */
function refusalOf(error: unknown): number | null {
  return error instanceof Error && /valid authentication credentials|does not have permission/.test(error.message) ? UNAUTHENTICATED : null;
}

function reasonOf(error: unknown): string {
  if (isGrpcServiceError(error)) return error.details;
  const text = error instanceof Error ? error.message : String(error);
  return /message: "([^"]+)"/.exec(text)?.[1] ?? text;
}
