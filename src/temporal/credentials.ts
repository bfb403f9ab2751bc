import { readFile } from 'node:fs/promises';
import type { NativeConnectionOptions } from '@temporalio/worker';

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

/** The options of a connection, with the PEM files read. A file that cannot be read is a mistake that names its variable. */
export async function readCredentials(where: TemporalAddress): Promise<{ ok: true; options: NativeConnectionOptions } | { ok: false; message: string }> {
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
