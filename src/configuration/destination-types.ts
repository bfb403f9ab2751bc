import { credentialPaths, destinationChecks, destinationSchemas, senderDomainOf } from '../channels/registry.ts';
import type { DestinationChecks } from '../domain/config/destination-checks.ts';
import type { DestinationCommon } from '../domain/config/destination.ts';
import type { DestinationSchemas } from '../domain/config/schema.ts';

/** Where credentials stand in a destination that its type's schema has read. */
export type CredentialPaths = (destination: DestinationCommon) => (string | number)[][];

/** What a configuration has to know of the channels. */
export interface DestinationTypes {
  schemas: DestinationSchemas;
  checks: DestinationChecks;
  credentialPaths: CredentialPaths;
  /** The domain that a destination's emails come from; null where it sends none. Nobody's is known unless set. */
  senderDomain?: (destination: DestinationCommon) => string | null;
}

/** Every destination type of this version. */
export const allDestinationTypes: DestinationTypes = { schemas: destinationSchemas, checks: destinationChecks, credentialPaths, senderDomain: senderDomainOf };
