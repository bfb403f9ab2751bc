import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { classifyFault } from './classify-fault.ts';
import { ConnectFailure } from './connect-failure.ts';
import type { HttpFault } from './http-client.ts';

/** A response as it came, its body still encoded. */
export interface EncodedResponse {
  kind: 'response';
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array;
  bodyTruncated: boolean;
}

/** Stops a request that had been given up before its turn came: thrown while nothing of it is written yet. */
class GivenUp extends Error {
  override name = 'GivenUp';
}

/**
 * Follows one request through undici. It settles once, and after that nothing of the request is written any more:
 * `written` at that moment is the truth for good.
 */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly ended: Promise<EncodedResponse | HttpFault>;
  /** From here on the request may have arrived. */
  written = false;
  address: string | undefined;
  /** In `performance.now()` time. */
  firstByteAt: number | undefined;

  readonly #maxBytes: number;
  /** Told that the request is written next, on a connection that the caller can find out. */
  readonly #onStart: (handler: ExchangeHandler) => void;
  readonly #settle: (end: EncodedResponse | HttpFault) => void;
  #settled = false;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: [name: string, value: string][] = [];
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number, onStart: (handler: ExchangeHandler) => void) {
    this.#maxBytes = maxBytes;
    this.#onStart = onStart;
    const { promise, resolve } = withResolver<EncodedResponse | HttpFault>();
    this.ended = promise;
    this.#settle = resolve;
  }

  /** Ends the exchange from our side. What was not written yet never will be. */
  giveUp(fault: HttpFault): void {
    if (!this.#end(fault)) return;
    this.#controller?.abort(new GivenUp(fault.code));
  }

  /** undici calls this right before it writes the request's first byte, in one go with it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#settled || this.written) throw new GivenUp('this request is over');
    this.#controller = controller;
    this.written = true;
    this.#onStart(this);
  }

  /** The first byte of an answer. */
  onResponseStarted(): void {
    this.firstByteAt ??= performance.now();
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // 1xx only announces the answer.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headerList(headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.#maxBytes - this.#length;
    // Copied, for undici's chunks are views of buffers that it uses again.
    if (room > 0) this.#chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.#length += chunk.length;
    if (chunk.length <= room) return;
    this.#end(this.#response(true));
    controller.abort(new GivenUp('the answer is longer than what is kept'));
  }

  onResponseEnd(): void {
    this.#end(this.#response(false));
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: unknown): void {
    if (error instanceof ConnectFailure) this.address ??= error.address;
    this.#end(classifyFault(error));
  }

  #response(bodyTruncated: boolean): EncodedResponse {
    return { kind: 'response', status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks), bodyTruncated };
  }

  #end(end: EncodedResponse | HttpFault): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#settle(end);
    return true;
  }
}

function withResolver<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

function headerList(headers: IncomingHttpHeaders): [name: string, value: string][] {
  return Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    if (!Array.isArray(value)) return [[name, value]];
    return name === 'set-cookie' ? value.map((one): [string, string] => [name, one]) : [[name, value.join(', ')]];
  });
}
