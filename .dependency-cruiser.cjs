/** The import directions of docs/architecture: imports go one way. */
const rooms = [
  'config',
  'auth',
  'dataverse',
  'catalog',
  'sync',
  'records',
  'protocol',
  'output',
  'commands',
  'simulator',
  'core',
];

/** room -> rooms it may import. `core` (errors, json, time) may be imported by every room but the simulator. */
const allowed = {
  core: [],
  config: ['core'],
  output: ['core'],
  records: ['core'],
  auth: ['core', 'config'],
  dataverse: ['core', 'config', 'auth'],
  catalog: ['core', 'dataverse', 'records'],
  protocol: ['core', 'catalog', 'records'],
  sync: ['core', 'dataverse', 'catalog', 'records', 'output', 'protocol'],
  commands: ['core', 'config', 'auth', 'dataverse', 'catalog', 'sync', 'protocol', 'output', 'records'],
  simulator: [],
};

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...rooms.map((room) => ({
      name: `${room}-imports`,
      comment: `src/${room} may import only: ${allowed[room].join(', ') || 'nothing of the project'}`,
      severity: 'error',
      from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: [room, ...allowed[room]].map((to) => `^src/${to}/`) },
    })),
    {
      name: 'sync-knows-no-protocol',
      comment: 'sync sees the interface both protocols speak, never Singer or Airbyte themselves',
      severity: 'error',
      from: { path: '^src/(sync|catalog|dataverse|records)/' },
      to: { path: '^src/protocol/(singer|airbyte)/' },
    },
    {
      name: 'nobody-imports-the-simulator',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/simulator/', '^src/bin/dataverse-simulator', '\\.test\\.ts$'] },
      to: { path: '^src/simulator/' },
    },
    {
      name: 'simulator-stands-alone',
      comment: 'the simulator shares no code with the connector, in tests neither',
      severity: 'error',
      from: { path: '^src/simulator/' },
      to: { path: '^src/(?!simulator/)' },
    },
    {
      name: 'yargs-in-cli-only',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli\\.ts|simulator/)' },
      to: { path: 'node_modules/yargs' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
