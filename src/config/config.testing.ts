import { secret } from '../core/secret.ts';
import type { Config } from './types.ts';

/** A complete configuration for tests, as `loadConfig` makes it from the few settings that must be given. */
export function testConfig(changes: Partial<Config> = {}): Config {
  return {
    environmentHost: 'contoso.crm4.dynamics.com',
    environmentOrigin: 'https://contoso.crm4.dynamics.com',
    credentials: {
      kind: 'secret',
      tenantId: '11111111-2222-3333-4444-555555555555',
      clientId: '66666666-7777-8888-9999-000000000000',
      clientSecret: secret('a~secret/of+tests'),
    },
    authorityHost: 'https://login.microsoftonline.com',
    anchorDate: undefined,
    tables: ['standard', 'custom'],
    excludeTables: [],
    columns: {},
    rowFilters: {},
    pageSize: 5000,
    requestsPerSecond: 15,
    maxConcurrency: undefined,
    budgetPercent: 100,
    maxWaitSeconds: 1800,
    requestTimeoutSeconds: 180,
    lookbackSeconds: 600,
    incrementalStrategy: {},
    smallTableRows: 50_000,
    deletes: true,
    activateVersion: false,
    reconcileDeletes: true,
    keySetDirectory: undefined,
    labels: 'none',
    lookupTypes: true,
    choicesFormat: 'string',
    choicesStream: false,
    includeBinary: false,
    maxBinaryBytes: 10_485_760,
    logLevel: 'info',
    logFormat: 'plain',
    secrets: [secret('a~secret/of+tests')],
    ...changes,
  };
}
