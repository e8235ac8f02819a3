import type { Stream, StreamColumn, ValueType } from '../../catalog/types.ts';

/** A column for tests; the wire name is the output name. */
export function column(name: string, type: ValueType, key = false): StreamColumn {
  return {
    name,
    type,
    key,
    origin: 'value',
    wire: name,
    transform: type === 'timestamp_naive' ? 'strip_zone' : 'none',
    column: { name, logicalName: name, type: 'string' },
  };
}

/** What a test says about a stream; the rest is `accounts`, tracked, with modifiedon and versionnumber. */
export interface StreamTraits {
  readonly name?: string;
  readonly columns?: readonly StreamColumn[];
  readonly changeTracking?: boolean | undefined;
  readonly kind?: Stream['table']['kind'];
  readonly standard?: boolean;
}

/** A stream for tests. */
export function stream(traits: StreamTraits = {}): Stream {
  const name = traits.name ?? 'accounts';
  const key = `${name.slice(0, -1)}id`;
  const columns = [column(key, 'string', true), ...(traits.columns ?? someColumns)];
  return {
    name,
    columns,
    key: [key],
    standard: traits.standard ?? true,
    table: {
      logicalName: name.slice(0, -1),
      setName: name,
      key,
      kind: traits.kind ?? 'standard',
      columns: columns.map((one) => one.column),
      changeTracking: 'changeTracking' in traits ? traits.changeTracking : true,
      custom: false,
    },
  };
}

/** One column of each value type, and both cursors. */
export const someColumns: readonly StreamColumn[] = [
  column('name', 'string'),
  column('employees', 'integer'),
  column('revenue', 'number'),
  column('donotemail', 'boolean'),
  column('opened', 'date'),
  column('modifiedon', 'timestamp'),
  column('startsat', 'timestamp_naive'),
  column('colours', 'integer_array'),
  column('iscustomizable', 'managed_property'),
  column('versionnumber', 'integer'),
];

/** Columns of a table that neither `modifiedon` nor a version orders. */
export const withoutCursor: readonly StreamColumn[] = [column('name', 'string')];

/** A run in which nothing is given but the streams. */
export const noState = { streams: new Map(), rest: {} } as const;

/** The lines of an output, parsed. */
export function parseLines(bytes: Buffer): readonly Record<string, unknown>[] {
  const text = bytes.toString();
  if (text === '') return [];
  if (!text.endsWith('\n')) throw new Error('the last line is not ended');
  return text
    .slice(0, -1)
    .split('\n')
    .map((each) => JSON.parse(each) as Record<string, unknown>);
}
