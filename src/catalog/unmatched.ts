import { picomatch } from '../core/packages.ts';
import type { StreamOptions } from './streams.ts';
import type { Stream } from './types.ts';

/** Settings that go by table. */
type ByTable = Pick<StreamOptions, 'columns'> & {
  readonly rowFilters: Readonly<Record<string, string>>;
  readonly incrementalStrategy: Readonly<Record<string, string>>;
};

/**
 * What the settings say of tables and columns that are not there, a sentence each: a filter or an exclusion that does
 * nothing must not go unnoticed.
 */
export function unmatchedSettings(settings: ByTable, streams: readonly Stream[]): readonly string[] {
  const named = new Map(streams.map((stream) => [stream.name, stream]));
  const tables = (['columns', 'rowFilters', 'incrementalStrategy'] as const).flatMap((setting) =>
    Object.keys(settings[setting])
      .filter((table) => table !== '*' && !named.has(table))
      .map(
        (table) =>
          `The setting ${written[setting]} names "${table}", which is not among the streams, and so does nothing there. Streams are named as in the catalog, such as accounts.`,
      ),
  );
  const columns = Object.entries(settings.columns).flatMap(([table, { include = [], exclude = [] }]) => {
    const stream = named.get(table);
    if (stream === undefined) return [];
    const names = stream.table.columns.map(({ name }) => name);
    // Excludes may name labels and types, too, which are gone from the stream if they did.
    const all = names.flatMap((name) => [name, ...besides(name)]);
    const matches = (glob: string, among: readonly string[]) => {
      const isMatch = picomatch()(glob, { nocase: true });
      return among.some((name) => isMatch(name));
    };
    return [
      ...include.filter((glob) => !matches(glob, names)),
      ...exclude.filter((glob) => !matches(glob, all)),
    ].map((glob) => `The setting columns names "${glob}", which no column of ${table} is called.`);
  });
  return [...tables, ...columns];
}

const besides = (name: string) =>
  ['label', 'type', 'content'].map((what) => `${name.replace(/^(_.*)_value$/, '$1')}_${what}`);

const written = {
  columns: 'columns',
  rowFilters: 'row_filters',
  incrementalStrategy: 'incremental_strategy',
} as const;
