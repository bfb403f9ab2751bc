/** Imports point one way: api, worker -> workflows, activities -> channels -> egress, store -> domain. */
const rooms = {
  domain: [],
  store: ['domain'],
  egress: ['domain'],
  channels: ['egress', 'store', 'domain'],
  configuration: ['channels', 'store', 'domain'],
  // Types only: the workflows' view of what activities do.
  workflows: ['domain', 'activities/contract.ts'],
  temporal: ['domain', 'workflows'],
  activities: ['configuration', 'channels', 'egress', 'store', 'domain', 'temporal'],
  settings: ['domain'],
  dashboard: ['domain', 'store'],
  api: ['workflows', 'activities', 'configuration', 'channels', 'egress', 'store', 'domain', 'temporal', 'dashboard', 'settings'],
  worker: ['workflows', 'activities', 'configuration', 'channels', 'egress', 'store', 'domain', 'temporal', 'settings'],
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
