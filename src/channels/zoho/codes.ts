/** What Zoho's codes mean, as far as they are more than "this record is not taken" (Zoho: "Status codes and errors"). */
export const TOKEN_REFUSED: ReadonlySet<string> = new Set(['INVALID_TOKEN', 'AUTHENTICATION_FAILURE']);

/** The token is good and does not reach so far; Zoho says it with a 401 too. */
export const FORBIDDEN: ReadonlySet<string> = new Set(['OAUTH_SCOPE_MISMATCH', 'NO_PERMISSION', 'AUTHORIZATION_FAILED']);

/** It passes by itself. */
export const PASSING: ReadonlySet<string> = new Set(['INTERNAL_ERROR', 'INTERNAL_SERVER_ERROR', 'SERVICE_UNAVAILABLE', 'RECORD_LOCKED']);

/** Too many requests at once, or in the last 24 hours: the code is the same. */
export const TOO_MANY: ReadonlySet<string> = new Set(['TOO_MANY_REQUESTS']);

/** They insist on a field that the record does not have. */
export const MISSING = 'MANDATORY_NOT_FOUND';

/** A value of this lead is not taken, or one that they insist on is missing; another lead's may be good. */
export const DATA_REFUSED: ReadonlySet<string> = new Set(['INVALID_DATA', MISSING, 'MULTIPLE_OR_MULTI_ERRORS', 'DEPENDENT_FIELD_MISSING', 'DEPENDENT_MISMATCH', 'MAPPING_MISMATCH', 'LIMIT_EXCEEDED']);

/** A unique field of theirs has this value already. */
export const DUPLICATE = 'DUPLICATE_DATA';
