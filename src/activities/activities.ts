import { Context } from '@temporalio/activity';
import type { Store } from '../store/store.ts';
import type { Engine } from '../temporal/engine.ts';
import type { WorkerWatch } from '../temporal/worker-watch.ts';
import type { Activities } from './contract.ts';
import { deliver } from './deliver/deliver.ts';
import type { DeliverDependencies } from './deliver/dependencies.ts';
import { inActivity } from './deliver/in-activity.ts';
import { firstPass } from './first-pass/first-pass.ts';
import { publishGate } from './publish-gate.ts';
import { releaseNext } from './release/release-next.ts';
import { expireHold, giveUp } from './settle-lost.ts';
import { Accounts } from './sheets/accounts.ts';
import { appendRows } from './sheets/append-rows.ts';
import { inAppending } from './sheets/in-appending.ts';
import { KnownTabs } from './sheets/known-tabs.ts';
import { watchWorker } from './worker-watch.ts';
import { withoutPersonalData } from './without-personal-data.ts';

export interface ActivityDependencies extends DeliverDependencies {
  store: Store;
  engine: Engine;
  watch: WorkerWatch;
  /** This process's own name at the Temporal server. */
  identity: string;
  /** Whether this process could not reach Temporal a moment ago. */
  hadTrouble: () => boolean;
}

/** Everything that workflows may ask for. Activities connect: rules are the domain's, words the channels'. */
export function createActivities(dependencies: ActivityDependencies): Activities {
  const { store, engine, clock, log } = dependencies;
  const appending = { store, clock, tabs: new KnownTabs(() => performance.now()), accounts: new Accounts({ ...dependencies, credentialLimits: store.credentialLimits }) };
  return withoutPersonalData(log, {
    firstPass: (input) => inActivity(Context.current(), (context) => firstPass(dependencies, input, context)),
    deliver: (input) => inActivity(Context.current(), (context) => deliver(dependencies, input, context)),
    expireHold: expireHold(store, clock),
    giveUp: giveUp(store),
    watchWorker: (input) => watchWorker(dependencies, input, Context.current()),
    publishGate: publishGate(store),
    releaseNext: releaseNext(store, engine),
    appendRows: ({ sheet }) => inAppending(Context.current(), (signal) => appendRows(appending, sheet, signal)),
  });
}
