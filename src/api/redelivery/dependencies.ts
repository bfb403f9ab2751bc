import type { Logger } from 'pino';
import type { Configuration } from '../../configuration/configuration.ts';
import type { Store } from '../../store/store.ts';
import type { Engine } from '../../temporal/engine.ts';

/** What sending again stands on. */
export interface RedeliveryDependencies {
  store: Pick<Store, 'leads' | 'deliveries'>;
  configuration: Configuration;
  engine: Pick<Engine, 'startRedelivery' | 'releaseDelivery' | 'ping'>;
  log: Logger;
}
