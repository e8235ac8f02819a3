import type { Config } from '../../src/config/types.ts';

/** A way to read a table. */
export interface Way {
  readonly name: string;
  /** As in a configuration file. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The same, for a connector in this process. */
  readonly config: Partial<Config>;
  /** Read by a full refresh. */
  readonly full: boolean;
  /** Deleted rows are seen. */
  readonly deletes: boolean;
}

/** Every way that streams are read: the strategies, change tracking for small and for large tables. */
export const ways = [
  {
    name: 'change tracking, parallel ranges',
    settings: { small_table_rows: 0 },
    config: { smallTableRows: 0 },
    full: false,
    deletes: true,
  },
  {
    name: 'change tracking, one tracked read',
    settings: { small_table_rows: 100_000 },
    config: { smallTableRows: 100_000 },
    full: false,
    deletes: true,
  },
  {
    name: 'modifiedon',
    settings: { incremental_strategy: 'modifiedon' },
    config: { incrementalStrategy: { '*': 'modifiedon' } },
    full: false,
    deletes: false,
  },
  {
    name: 'versionnumber',
    settings: { incremental_strategy: 'versionnumber' },
    config: { incrementalStrategy: { '*': 'versionnumber' } },
    full: false,
    deletes: false,
  },
  { name: 'full refresh', settings: {}, config: {}, full: true, deletes: false },
] as const satisfies readonly Way[];

export type ProtocolName = 'singer' | 'airbyte';

/** Both protocols. */
export const protocols = ['singer', 'airbyte'] as const satisfies readonly ProtocolName[];

/** Every way in each protocol, as rows of a table of tests: `it.each(waysInProtocols)('… %s, %s', (_, protocol, way) => …)`. */
export const waysInProtocols: readonly (readonly [name: string, protocol: ProtocolName, way: Way])[] =
  ways.flatMap((way) => protocols.map((protocol) => [way.name, protocol, way] as const));
