import type { DeliveryError } from '../../domain/delivery/outcome.ts';

/** What an error of Resend means, and for a person what to check. */
export interface ErrorClass extends Pick<DeliveryError, 'kind' | 'code'> {
  advice: string;
}

/** By status and name (docs, "Errors", "Rate Limit", "Idempotency Keys"); the name decides only where a status has several meanings. */
export function resendError(status: number, name: string): ErrorClass {
  switch (status) {
    case 401:
      return { kind: 'permanent', code: 'unauthorized', advice: 'the API key is missing, wrong or not allowed to send; check `apiKey` of the destination, or RESEND_API_KEY. A key needs the right "Sending access"' };
    case 403:
      return { kind: 'permanent', code: 'forbidden', advice: 'the API key is not valid, the domain of `from` is not verified at Resend, or the account may write only to itself yet; verify the domain at Resend under "Domains", and check the key' };
    case 404:
      return { kind: 'permanent', code: 'not-found', advice: 'there is no such address; check `baseUrl` of the destination' };
    case 405:
      return { kind: 'permanent', code: 'http-status', advice: 'this address does not take POST; check `baseUrl` of the destination' };
    case 408:
    case 425:
      return { kind: 'transient', code: 'http-status', advice: 'they did not take the request in time; it is tried again' };
    case 409:
      return conflict(name);
    case 429:
      return tooMuch(name);
    case 400:
    case 413:
    case 422:
    case 451:
      return { kind: 'permanent', code: 'rule', advice: 'Resend refuses this email as it stands; check `from`, the addresses, subject, size (at most 40 MB) and attachment, then send it again' };
    default:
      if (status >= 500 && status < 600) return { kind: 'transient', code: 'http-status', advice: 'Resend is failing; nothing to mend here, it is tried again. See https://resend-status.com' };
      if (status >= 300 && status < 400) return { kind: 'permanent', code: 'redirect', advice: 'it leads elsewhere, which is not followed; check `baseUrl` of the destination' };
      if (status >= 400 && status < 500) return { kind: 'permanent', code: 'http-status', advice: 'Resend refuses this email; look the error’s name up in Resend’s documentation under "Errors"' };
      return { kind: 'unknown', code: 'http-status', advice: 'this is no final answer, so the email may have been sent; check whether a proxy is in between' };
  }
}

function conflict(name: string): ErrorClass {
  if (name === 'concurrent_idempotent_requests') return { kind: 'transient', code: 'http-status', advice: 'an earlier attempt of this email is still being worked on; it is tried again' };
  return { kind: 'permanent', code: 'rule', advice: 'in the last 24 hours another email was sent for this delivery: lead or configuration changed since. Look the delivery id up at Resend under "Emails"; if nothing arrived, redeliver with edited fields, which makes a new delivery' };
}

function tooMuch(name: string): ErrorClass {
  if (name === 'daily_quota_exceeded' || name === 'monthly_quota_exceeded') {
    const span = name === 'daily_quota_exceeded' ? 'day' : 'month';
    return { kind: 'transient', code: 'quota-exhausted', advice: `the Resend account has sent what it may in a ${span}; raise its plan, or wait for the next ${span}` };
  }
  return { kind: 'transient', code: 'rate-limited', advice: 'more requests than Resend allows this account; it is tried again. If it goes on, ask Resend for a higher rate' };
}
