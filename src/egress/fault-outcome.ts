import type { DeliveryError } from '../domain/delivery/outcome.ts';
import type { HttpFault } from './http-client.ts';

/** What a reason may tell beside the fault itself. */
export interface FaultFacts {
  timeoutMs: number;
  /** The address connected to, when it came so far. */
  address?: string;
  /** A redirect was followed: the fault is of what it led to, and the lead itself had been answered. */
  wasRedirected?: boolean;
}

/** OpenSSL's names of the alerts by which a server turns a client's certificate away, or misses one. */
const CERTIFICATE_REFUSED = /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/;

/**
 * What a fault means for its delivery. Before the request was written it is transient; afterwards the lead may have arrived,
 * `unknown`. What only a change of the configuration can mend is permanent.
 */
export function faultOutcome(fault: HttpFault, requestWritten: boolean, facts: FaultFacts): DeliveryError {
  const kind = requestWritten ? 'unknown' : 'transient';
  const mayHaveArrived = requestWritten ? ' The request had been sent, so the lead may have arrived.' : ' Nothing had been sent.';
  const at = facts.address ?? fault.detail;
  const where = at === undefined ? '' : ` (${at})`;
  switch (fault.fault) {
    case 'timeout':
      return {
        outcome: 'error',
        kind,
        code: 'timeout',
        reason: `No ${requestWritten ? 'whole answer' : 'connection'} in time${where}; \`timeout\` is ${facts.timeoutMs} ms.${mayHaveArrived} Check whether their system is up, whether our address is on their list, and whether the timeout is long enough for them.`,
      };
    case 'connection':
      return {
        outcome: 'error',
        kind,
        code: 'connection',
        reason: `${requestWritten ? 'The connection broke before the answer was complete' : 'No connection could be made'}${where}: ${fault.code}.${mayHaveArrived} Check whether their system is up, whether host and port of the URL are right, and whether our address is on their list.`,
      };
    case 'dns':
      return {
        outcome: 'error',
        kind,
        code: 'dns',
        reason: `The host name could not be resolved: ${fault.code}.${mayHaveArrived} Check the host in the URL, and their DNS entry.`,
      };
    case 'tls':
      if (CERTIFICATE_REFUSED.test(fault.code) && facts.wasRedirected !== true) {
        // TLS 1.3 tells a client only after its first bytes; a server that refuses it reads none of them.
        return {
          outcome: 'error',
          kind: 'transient',
          code: 'tls',
          reason: `They do not accept our certificate${where}: ${fault.code}. The lead was not taken. Check \`tls.certificate\`: whether they know it or its authority, and whether it has expired.`,
        };
      }
      return {
        outcome: 'error',
        kind,
        code: 'tls',
        reason: `No secure connection could be made${where}: ${fault.code}.${mayHaveArrived} Check whether their certificate is valid for the host in the URL, not expired, and from a known authority.`,
      };
    case 'proxy':
      if (facts.wasRedirected === true) {
        return { outcome: 'error', kind, code: 'connection', reason: `The proxy${where} makes no connection to what they led on to: ${fault.code}.${mayHaveArrived} Check \`redirects\` and \`proxy\` of the destination.` };
      }
      return fault.code === 'ERR_PROXY_407'
        ? { outcome: 'error', kind: 'permanent', code: 'configuration', reason: `The proxy${where} does not accept our user and password (407). Nothing had been sent. Check \`proxy\` of the destination.` }
        : { outcome: 'error', kind: 'transient', code: 'connection', reason: `The proxy${where} makes no connection: ${fault.code}. Nothing had been sent. Check \`proxy\` of the destination, what the proxy allows, and whether the buyer’s system is up.` };
    case 'address-refused':
      return {
        outcome: 'error',
        kind: facts.wasRedirected === true ? kind : 'permanent',
        code: 'address-refused',
        reason: `Leadrail does not connect to this address: ${fault.detail ?? fault.code}.${facts.wasRedirected === true ? ` They had led on to it.${mayHaveArrived}` : ''}`,
      };
    case 'invalid-request':
      return {
        outcome: 'error',
        kind: facts.wasRedirected === true ? kind : 'permanent',
        code: 'configuration',
        reason: `The request cannot be sent over HTTP: ${fault.code}. Check the destination’s URL (http or https), method and headers: connection, transfer-encoding, expect and content-length are set by Leadrail.`,
      };
    case 'aborted':
      return {
        outcome: 'error',
        kind,
        code: 'interrupted',
        reason: `The worker had to let go of this attempt, e.g. to shut down.${mayHaveArrived} It is sent again with the same id.`,
      };
  }
}
