import type { OutputColumn, RowShape } from '../records/types.ts';
import type { StreamColumn } from './types.ts';

/**
 * The shape of a selection's rows on output. Columns that are only asked for, to carry an annotation or a cursor, are not
 * in it and so are dropped.
 */
export function rowShapeOf(columns: readonly StreamColumn[]): RowShape {
  const key = columns.find((column) => column.key);
  return {
    columns: columns
      .filter((column) => !isFetchedByRow(column))
      .map(({ wire, name, transform }): OutputColumn => ({ key: wire, as: name, transform })),
    keyColumn: key?.wire ?? '',
  };
}

/**
 * The value of `$select`: wire names of the selected columns, each once. An annotation needs its column, so that is asked
 * for as well; `also` names what the reader itself needs (its cursor).
 */
export function selectClause(columns: readonly StreamColumn[], also: readonly string[] = []): string {
  const asked = columns.filter(({ origin, column }) => !(origin === 'value' && column.large));
  return [...new Set([...asked.map(({ column }) => column.name), ...also])].join(',');
}

/** The annotations to ask for by `Prefer: odata.include-annotations`, no more than the selection shows. */
export function annotationsOf(columns: readonly StreamColumn[]): string[] {
  const names = columns
    .filter(({ origin }) => origin === 'type' || origin === 'label')
    .map(({ wire }) => wire.slice(wire.indexOf('@') + 1));
  return [...new Set(names)].sort();
}

/** True for columns that hold whole files and images: pages with them time out, so they are asked for row by row. */
export function isFetchedByRow({ origin, column }: StreamColumn): boolean {
  return origin === 'content' || (origin === 'value' && column.large === true);
}
