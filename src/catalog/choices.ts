import { hasOptions, type OptionReader } from '../dataverse/metadata/options.ts';
import type { ColumnType, Table } from '../dataverse/metadata/types.ts';
import type { Stream, StreamColumn, ValueType } from './types.ts';

/** A row of the stream of choices: an option of a column in one language. Key: table, column, value, language. */
export interface ChoiceRow {
  /** Name of the stream that the column belongs to: `accounts`. */
  readonly table: string;
  /** Name of the column on output: `industrycode`. */
  readonly column: string;
  /** 0 and 1 for the options of a boolean. */
  readonly value: number;
  readonly language: number;
  readonly label: string;
  readonly order: number;
  readonly colour: string | null;
}

const members: readonly (readonly [keyof ChoiceRow, ColumnType, ValueType])[] = [
  ['table', 'string', 'string'],
  ['column', 'string', 'string'],
  ['value', 'integer', 'integer'],
  ['language', 'integer', 'integer'],
  ['label', 'string', 'string'],
  ['order', 'integer', 'integer'],
  ['colour', 'string', 'string'],
];
const key = ['table', 'column', 'value', 'language'];

/** Tables whose options one request asks for: an option has a label in each language, so bodies grow fast. */
const tablesAtOnce = 10;

/** The stream of choices. An environment with a table of that name gets it under another. */
export function choicesStream(streams: readonly Stream[]): Stream {
  const name = streams.some((stream) => stream.name === 'choices') ? 'dataverse_choices' : 'choices';
  const columns = members.map(
    ([member, columnType, type]): StreamColumn => ({
      name: member,
      column: { name: member, logicalName: member, type: columnType },
      origin: 'value',
      wire: member,
      transform: 'none',
      type,
      key: key.includes(member),
    }),
  );
  const table: Table = {
    logicalName: name,
    setName: name,
    key: 'value',
    kind: 'standard',
    columns: columns.map(({ column }) => column),
    changeTracking: false,
    custom: false,
    displayName: 'Choices',
  };
  return { name, table, columns, key, standard: false, source: 'choices' };
}

/** Rows of the stream of choices for the columns of the given streams, a bounded number at a time. */
export async function* choiceRows(
  streams: readonly Stream[],
  read: OptionReader,
): AsyncGenerator<ChoiceRow[]> {
  const asked = streams.filter(({ table }) => hasOptions(table));
  for (let at = 0; at < asked.length; at += tablesAtOnce) {
    const chunk = asked.slice(at, at + tablesAtOnce);
    const found = await read(chunk.map(({ table }) => table));
    for (const stream of chunk) {
      const options = found.get(stream.table.logicalName);
      yield stream.columns
        .filter(({ origin }) => origin === 'value')
        .flatMap(({ name, column }) =>
          (options?.get(column.logicalName) ?? []).map(
            (option): ChoiceRow => ({
              table: stream.name,
              column: name,
              value: option.value,
              language: option.language,
              label: option.label,
              order: option.order,
              colour: option.colour ?? null,
            }),
          ),
        );
    }
  }
}
