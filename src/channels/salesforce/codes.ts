/** What Salesforce's codes mean, as far as they are more than "this record is not taken" (SOAP API Developer Guide, "Core Data Types Used in API Calls", `StatusCode`; REST API Developer Guide, "Status Codes and Error Responses"). */
export const DUPLICATE = 'DUPLICATES_DETECTED';

/** A field of theirs that must be unique has this value already. */
export const VALUE_TAKEN = 'DUPLICATE_VALUE';

export const TOKEN_REFUSED = 'INVALID_SESSION_ID';

/** It passes by itself. */
export const PASSING: ReadonlySet<string> = new Set(['UNABLE_TO_LOCK_ROW', 'SERVER_UNAVAILABLE', 'REQUEST_RUNNING_TOO_LONG', 'ROW_LOCK_TIMEOUT']);

/** Requests of 24 hours, or room for records: nothing more gets in for a while. */
export const USED_UP: ReadonlySet<string> = new Set(['REQUEST_LIMIT_EXCEEDED', 'STORAGE_LIMIT_EXCEEDED']);

/** The user or the organisation may not do this at all. */
export const FORBIDDEN: ReadonlySet<string> = new Set([
  'INSUFFICIENT_ACCESS',
  'INSUFFICIENT_ACCESS_OR_READONLY',
  'API_DISABLED_FOR_ORG',
  'API_CURRENTLY_DISABLED',
  'CLIENT_NOT_ACCESSIBLE_FOR_USER',
  'INVALID_OPERATION_WITH_EXPIRED_PASSWORD',
]);

/** A value of this lead is not taken; another lead's may be. What is wrong whoever a record is about (`INVALID_FIELD`) is not among them. */
export const DATA_REFUSED: ReadonlySet<string> = new Set([
  'REQUIRED_FIELD_MISSING',
  'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  'FIELD_FILTER_VALIDATION_EXCEPTION',
  'FIELD_INTEGRITY_EXCEPTION',
  'STRING_TOO_LONG',
  'NUMBER_OUTSIDE_VALID_RANGE',
  'NUM_DIGITS_EXCEEDED',
  'INVALID_EMAIL_ADDRESS',
  'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
  VALUE_TAKEN,
]);

/** The record that a duplicate rule names takes no changes any more. */
export const NOT_CHANGEABLE: ReadonlySet<string> = new Set(['CANNOT_UPDATE_CONVERTED_LEAD', 'ENTITY_IS_DELETED', 'ENTITY_IS_LOCKED']);
