/** Outgoing HTTP: one request, bounded in time and size, to an address that the policy allows. */
export interface HttpClient {
  /** Performs one request. Resolves for every end, an unreachable server included: `result` says which. */
  exchange(request: HttpRequest, options: HttpOptions): Promise<HttpExchange>;
  /** Closes pools once requests in flight have ended. */
  close(): Promise<void>;
}

export interface HttpRequest {
  method: string;
  url: string;
  headers: [name: string, value: string][];
  body: Uint8Array | null;
}

export interface HttpOptions {
  /** From the start of the attempt to the last byte of the answer. */
  timeoutMs: number;
  signal: AbortSignal;
  /** Bytes of the answer that are kept; what follows is cut and marked. Default 256 KiB. */
  maxResponseBytes?: number;
  /** How the connection is made; directly, and without a certificate of ours, unless set. */
  connection?: ConnectionSettings;
  /** How many redirects are followed; none unless set. */
  redirects?: number;
}

/** How connections are made. Those of different settings are never shared. */
export interface ConnectionSettings {
  /** Mutual TLS. PEM texts. */
  tls?: ClientCertificate;
  /** `http://` or `https://`, with user and password where it asks for them. */
  proxy?: string;
}

export interface ClientCertificate {
  certificate: string;
  key: string;
  passphrase?: string;
  /** The authority that their certificate is from, beside the known ones. */
  authority?: string;
}

/** An answer that led on. */
export interface Redirect {
  status: number;
  /** Where to, without path and query: they may carry what was sent. */
  origin: string;
}

/** One request and what came of it, with everything that evidence needs. */
export interface HttpExchange {
  request: HttpRequest;
  /** True once any byte of the request was handed to the connection: from then on it may have arrived. */
  requestWritten: boolean;
  /** The address really connected to, e.g. `203.0.113.7:443`; absent when no connection was made. */
  address?: string;
  timeToFirstByteMs?: number;
  /** The redirects that were followed; `request` is the first one, `result` and `address` belong to the last. */
  redirects?: Redirect[];
  result: HttpResponse | HttpFault;
}

export interface HttpResponse {
  kind: 'response';
  status: number;
  /** Names in lower case; repeated headers are joined with ", ", but for set-cookie: one entry each. */
  headers: [name: string, value: string][];
  /** Decoded from gzip, deflate and br. */
  body: Uint8Array;
  bodyTruncated: boolean;
}

export interface HttpFault {
  kind: 'fault';
  /** `proxy`: it answered and makes no tunnel. `invalid-request`: the URL is not http(s), or method or headers are not HTTP; never written. */
  fault: 'timeout' | 'connection' | 'dns' | 'tls' | 'proxy' | 'address-refused' | 'invalid-request' | 'aborted';
  /** The system's own code, e.g. `ECONNREFUSED`; no text that could carry personal data. */
  code: string;
  /** For `address-refused`: the address, and the setting that would allow it. For a host of several addresses that none connected to: what came of each. */
  detail?: string;
}
