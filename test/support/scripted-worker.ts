import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import { Client } from '@temporalio/client';
import type { Activities, DeliverInput, FirstPassInput } from '../../src/activities/contract.ts';
import { walkChain } from '../../src/domain/delivery/first-pass.ts';
import { deliveriesOf } from '../../src/domain/delivery/plan.ts';
import type { DeliverResult, SettledDeliveries } from '../../src/domain/delivery/result.ts';
import { conclude } from '../../src/activities/deliver/conclude.ts';
import { workflowModules } from '../../src/worker/workflow-bundle.ts';

/** How a delivery ends, call by call: the last entry goes on for ever. */
export type Script = Partial<DeliverResult>[];

/** Made once a test file: bundling takes seconds. */
let workflowBundle: ReturnType<typeof bundleWorkflowCode> | undefined;

/** A real worker with the real workflows, over activities that end as scripted: for what only workflows decide. */
export class ScriptedWorker {
  readonly calls: DeliverInput[] = [];
  readonly published: Parameters<Activities['publishGate']>[0][] = [];
  readonly released: Parameters<Activities['releaseNext']>[0][] = [];
  /** What a first pass does, where a test wants more of it than its scripts. */
  onFirstPass: (input: FirstPassInput) => Promise<SettledDeliveries> = (input) => this.firstPass(input);
  onWatchWorker: Activities['watchWorker'] = () => Promise.resolve({ end: 'stopped', takenUp: 0 });
  onAppendRows: Activities['appendRows'] = () => Promise.resolve({ next: 'rest', retryAfterMs: 0 });
  readonly client: Client;
  readonly taskQueue: string;
  /** Its name at the Temporal server. */
  readonly identity: string;
  private readonly connection: NativeConnection;
  private readonly worker: Worker;
  private readonly running: Promise<void>;
  private readonly scripts: Map<string, Script>;

  private constructor(connection: NativeConnection, worker: Worker, taskQueue: string, scripts: Map<string, Script>) {
    this.connection = connection;
    this.worker = worker;
    this.taskQueue = taskQueue;
    this.scripts = scripts;
    this.client = new Client({ connection });
    this.identity = worker.options.identity;
    this.running = worker.run();
  }

  static async start(address: string, taskQueue: string): Promise<ScriptedWorker> {
    const connection = await NativeConnection.connect({ address });
    const scripts = new Map<string, Script>();
    const holder: { self?: ScriptedWorker } = {};
    const self = () => {
      if (!holder.self) throw new Error('the worker is not started yet');
      return holder.self;
    };
    const activities: Activities = {
      firstPass: (input) => Promise.resolve(input).then((given) => self().onFirstPass(given)),
      deliver: (input) => Promise.resolve(input).then((given) => self().deliver(given)),
      expireHold: ({ deliveryId }) => Promise.resolve(self().ended(deliveryId, { state: 'failed', reason: 'hold-expired' })),
      giveUp: ({ deliveryId }) => Promise.resolve(self().ended(deliveryId, { state: 'failed', reason: 'worker-lost' })),
      watchWorker: (input) => self().onWatchWorker(input),
      appendRows: (input) => self().onAppendRows(input),
      publishGate: (input) => {
        self().published.push(input);
        return Promise.resolve({ storedVersion: input.gate.version });
      },
      releaseNext: (input) => Promise.resolve((self().released.push(input), { released: 0, more: false })),
    };
    workflowBundle ??= bundleWorkflowCode(workflowModules());
    const worker = await Worker.create({ connection, taskQueue, workflowBundle: await workflowBundle, activities: { ...activities } });
    holder.self = new ScriptedWorker(connection, worker, taskQueue, scripts);
    return holder.self;
  }

  /** Says how the deliveries to a buyer end. */
  script(buyer: string, ...script: Script): void {
    this.scripts.set(buyer, script);
  }

  /** The buyers that were asked, in order. */
  get asked(): string[] {
    return this.calls.map((call) => call.buyer);
  }

  async stop(): Promise<void> {
    this.worker.shutdown();
    await this.running;
    await this.connection.close();
  }

  /** As the real one: what a gate would stop, and what is scripted to go on, is left to a child. */
  private async firstPass({ leadId, configVersion, deliveries, chains = [] }: FirstPassInput): Promise<SettledDeliveries> {
    const attempt = (delivery: FirstPassInput['deliveries'][number]): SettledDeliveries => {
      const next = (this.scripts.get(delivery.buyer) ?? [])[0]?.state ?? 'delivered';
      if (next === 'held' || next === 'skipped') return [];
      return [[delivery.deliveryId, this.next({ ...delivery, leadId, configVersion, whenShut: 'hold' })]];
    };
    const chained = new Set(chains.flatMap(deliveriesOf).map(({ id }) => id));
    const settled = deliveries.filter(({ deliveryId }) => !chained.has(deliveryId)).flatMap(attempt);
    for (const chain of chains) {
      const tryEntry = (entry: ReturnType<typeof deliveriesOf>) => {
        const ends = entry.flatMap(({ id, buyer, destination }) => attempt({ deliveryId: id, buyer, destination }));
        settled.push(...ends);
        return Promise.resolve(new Map(ends));
      };
      await walkChain(chain, tryEntry, () => true);
    }
    return settled;
  }

  private deliver(input: DeliverInput): DeliverResult {
    return conclude(this.next(input));
  }

  private next(input: DeliverInput): DeliverResult {
    this.calls.push(input);
    const script = this.scripts.get(input.buyer) ?? [{ state: 'delivered', reason: 'accepted' }];
    const next = script.length > 1 ? script.shift() : script[0];
    return this.ended(input.deliveryId, next ?? {});
  }

  private ended(_deliveryId: string, result: Partial<DeliverResult>): DeliverResult {
    return { state: 'delivered', reason: 'accepted', attempt: 1, heldUntil: null, ...result };
  }
}
