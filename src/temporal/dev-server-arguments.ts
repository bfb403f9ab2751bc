import { SEARCH_ATTRIBUTE_FLAGS } from './search-attributes.ts';

export interface DevServerPlace {
  /** Address to listen on. */
  host: string;
  port: number;
  uiPort: number;
  namespace: string;
  /** Absolute path of the SQLite file. */
  dataFile: string;
}

/**
 * What the dev server is told otherwise; measured with server 1.32. As it comes, its one history shard looks at each queue
 * 20 times a second, so that every hop of a workflow waits for the next of those ticks, and requests beyond a small
 * team's trial are turned away.
 */
const DYNAMIC_CONFIG: Record<string, number | boolean | string> = {
  'history.transferProcessorMaxPollRPS': 5_000,
  'history.timerProcessorMaxPollRPS': 5_000,
  'history.outboundProcessorMaxPollRPS': 5_000,
  // The soonest that a timer goes off, a second as it comes: it allows for clocks of several hosts. A retry after 0.1 s came after 1.0.
  'history.timerProcessorMaxTimeShift': '50ms',
  // How often a queue forgets what it has done, half a minute as it comes: until then each new task costs a look at all of those,
  // a sixth of the server's CPU at full load.
  'history.transferProcessorUpdateAckInterval': '1s',
  'history.timerProcessorUpdateAckInterval': '1s',
  'history.visibilityProcessorUpdateAckInterval': '1s',
  // Records for the list of workflows, a third of what a lead costs the server: up to 0.2 s late, many at a time, by one worker.
  // Leads under way do not wait for them, and a workflow that has ended by then needs its last record only.
  'history.visibilityProcessorMaxPollRPS': 5,
  'history.visibilityTaskBatchSize': 1_000,
  'history.visibilityProcessorSchedulerWorkerCount': 1,
  // The CLI has the names of search attributes read from the database each time one is used, under one lock: several times a lead.
  // Ours are there before the server answers; what somebody adds by hand is known within a minute.
  'system.forceSearchAttributesCacheRefreshOnRead': false,
  // One partition: with one server there is nothing to spread, and forwarding between partitions costs latency under load.
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // A lead's first activity goes out with the answer to the task that asked for it: one hop less.
  'system.enableActivityEagerExecution': true,
  'frontend.rps': 20_000,
  'frontend.namespaceRPS': 20_000,
  'frontend.namespaceRPS.visibility': 1_000,
  // Long polls at once, per kind of request.
  'frontend.namespaceCount': 10_000,
};

/** Full synchronisation: with `normal` a power cut takes the last commits away, and with them accepted leads. */
const SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=full'];

/** The arguments of the Temporal CLI for a durable dev server. */
export function devServerArguments(place: DevServerPlace): string[] {
  return [
    'server',
    'start-dev',
    // Followed by other arguments: an orphaned server is recognised by them.
    ...['--db-filename', place.dataFile],
    ...['--ip', place.host, '--port', String(place.port)],
    ...['--ui-ip', place.host, '--ui-port', String(place.uiPort), '--ui-disable-news-fetch'],
    ...['--namespace', place.namespace],
    ...['--log-level', 'warn'],
    ...SQLITE_PRAGMAS.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...SEARCH_ATTRIBUTE_FLAGS.flatMap((attribute) => ['--search-attribute', attribute]),
    ...Object.entries(DYNAMIC_CONFIG).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
  ];
}
