import type { DestinationChecks } from '../domain/config/destination-checks.ts';
import type { DestinationCommon } from '../domain/config/destination.ts';
import type { DestinationSchemas } from '../domain/config/schema.ts';

export type CredentialPaths = (destination: DestinationCommon) => (string | number)[][];

/** What a configuration has to know of the channels. */
export interface DestinationTypes {
  schemas: DestinationSchemas;
  checks: DestinationChecks;
  credentialPaths: CredentialPaths;
}

export function allDestinationTypes(): DestinationTypes { throw new Error('stub'); }
