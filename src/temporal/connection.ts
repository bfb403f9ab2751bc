import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, isGrpcServiceError } from '@temporalio/client';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { NativeConnection } from '@temporalio/worker';

/** Where Temporal is and how to get in: the standard TEMPORAL_… settings. */
export interface TemporalAddress {
  /** `host:port`. */
  address: string;
  namespace: string;
  apiKey?: string | null;
  /** null: TLS only with an API key. */
  tls?: TemporalTls | null;
}

export interface TemporalTls {
  /** Files and texts are PEM; a text goes before a file. null: not given. */
  clientCertPath: string | null;
  clientCertData: string | null;
  clientKeyPath: string | null;
  clientKeyData: string | null;
  serverCaCertPath: string | null;
  serverCaCertData: string | null;
  /** Name to expect in the server's certificate, when it is not the address's. */
  serverName: string | null;
}

export interface ConnectOptions {
  /** How long to go on trying, in milliseconds. */
  deadlineMs: number;
  /** Told why it did not work yet, once a reason. */
  onWaiting?: (message: string) => void;
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
    const attempt = await tryToConnect(where, credentials.options, Math.min(ATTEMPT_TIMEOUT_MS, Math.max(deadline - Date.now(), 1_000)));
    if (attempt.ok) return attempt;
    if (attempt.final || Date.now() + waitMs >= deadline) return { ok: false, message: attempt.message };
    if (attempt.message !== told) options.onWaiting?.(`${attempt.message} Trying again.`);
    told = attempt.message;
    await delay(waitMs);
  }
}

type Attempt = { ok: true; temporal: TemporalConnection } | { ok: false; final: boolean; message: string };

async function tryToConnect(where: TemporalAddress, options: NativeConnectionOptions, timeoutMs: number): Promise<Attempt> {
  const connecting = NativeConnection.connect(options);
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
  const client = new Client({ connection, namespace: where.namespace });
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

async function readCredentials(where: TemporalAddress): Promise<{ ok: true; options: NativeConnectionOptions } | { ok: false; message: string }> {
  const options: NativeConnectionOptions = { address: where.address, ...(where.apiKey ? { apiKey: where.apiKey } : {}) };
  const { tls } = where;
  if (!tls) return { ok: true, options: where.apiKey ? { ...options, tls: true } : options };
  const crt = await pem('TEMPORAL_TLS_CLIENT_CERT_PATH', tls.clientCertPath, tls.clientCertData);
  if (!crt.ok) return crt;
  const key = await pem('TEMPORAL_TLS_CLIENT_KEY_PATH', tls.clientKeyPath, tls.clientKeyData);
  if (!key.ok) return key;
  const serverCa = await pem('TEMPORAL_TLS_SERVER_CA_CERT_PATH', tls.serverCaCertPath, tls.serverCaCertData);
  if (!serverCa.ok) return serverCa;
  return {
    ok: true,
    options: {
      ...options,
      tls: {
        ...(crt.bytes && key.bytes ? { clientCertPair: { crt: crt.bytes, key: key.bytes } } : {}),
        ...(serverCa.bytes ? { serverRootCACertificate: serverCa.bytes } : {}),
        ...(tls.serverName === null ? {} : { serverNameOverride: tls.serverName }),
      },
    },
  };
}

async function pem(variable: string, path: string | null, data: string | null): Promise<{ ok: true; bytes: Uint8Array | null } | { ok: false; message: string }> {
  if (data !== null) return { ok: true, bytes: Buffer.from(data) };
  if (path === null) return { ok: true, bytes: null };
  try {
    return { ok: true, bytes: await readFile(path) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { ok: false, message: `${variable}: ${path} cannot be read (${code}). Set it to a PEM file that this user may read.` };
  }
}
