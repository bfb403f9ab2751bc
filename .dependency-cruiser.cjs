/** Imports point one way: api, worker -> workflows, activities -> channels -> egress, store -> domain. */
const rooms = {
  domain: [],
  store: ['domain'],
  egress: ['domain'],
  channels: ['egress', 'store', 'domain'],
  configuration: ['channels', 'store', 'domain'],
  // Types only: the workflows' view of what activities do.
  workflows: ['domain', 'activities/contract.ts'],
  temporal: ['domain', 'workflows', 'activities/contract.ts'],
  // What providers say of deliveries later on.
  'delivery-news': ['store', 'temporal', 'domain', 'metrics'],
  metrics: ['configuration', 'store', 'domain'],
  // The ids that log lines carry: used where work begins.
  'log-context': ['domain'],
  // Of the activities only their contract: what inputs and failures are called.
  tracing: ['log-context', 'egress', 'domain', 'activities/contract.ts'],
  activities: ['configuration', 'channels', 'egress', 'store', 'domain', 'temporal', 'metrics'],
  settings: ['domain'],
  dashboard: ['domain', 'store'],
  api: ['workflows', 'activities', 'configuration', 'channels', 'egress', 'store', 'domain', 'temporal', 'dashboard', 'settings', 'metrics', 'log-context', 'delivery-news'],
  worker: ['workflows', 'activities', 'configuration', 'channels', 'egress', 'store', 'domain', 'temporal', 'settings', 'metrics', 'log-context', 'tracing'],
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: ['\\.test\\.ts$', '\\.d\\.ts$'] }, to: {} },
    {
      name: 'production-dependencies-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room}-imports`,
      comment: `src/${room} may import only ${['itself', ...allowed].join(', ')}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: [`^src/${room}/`, ...allowed.map((name) => `^src/${name}`)] },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
