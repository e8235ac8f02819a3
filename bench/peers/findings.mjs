// What a check found, in words.
import { numberMark } from './messages.mjs';

/** Lines that say what a program got wrong; one line says so if it was nothing. */
export function findingsOf({ tablesUnfound, tables, changes }) {
  const wrong = [
    ...(tablesUnfound.length > 0 ? [`tables it does not find: ${named(tablesUnfound)}`] : []),
    ...tables.filter(({ found }) => found).flatMap(wrongIn),
    ...untold('changed', changes.changed),
    ...untold('deleted', changes.deleted),
  ];
  return (wrong.length > 0 ? wrong : ['nothing wrong']).map((line) => `  ${line}`);
}

function wrongIn(table) {
  const all = [
    [table.missing > 0, `${table.missing} of ${table.rows} rows are missing`],
    [table.repeated > 0, `${table.repeated} of ${table.rows} rows came more than once`],
    [table.unknown > 0, `${table.unknown} rows are not in the table`],
    [table.columnsMissing.length > 0, `columns that are missing: ${named(table.columnsMissing)}`],
    [
      table.columnsUndeclared.length > 0,
      `columns that its schema does not declare, so that destinations drop them: ${named(table.columnsUndeclared)}`,
    ],
    ...table.values.map((wrong) => [true, describe(wrong)]),
    [
      table.targetsUntold.length > 0,
      `lookups to several tables that do not say to which: ${named(table.targetsUntold)}`,
    ],
  ];
  return all.filter(([holds]) => holds).map(([, text]) => `${table.table}: ${text}`);
}

function describe({ kind, values, columns, example: [truth, got] }) {
  return `${kind} in ${values} values (${named(columns)}): ${plain(truth)} became ${plain(got)}`;
}

const untold = (what, { of, told }) =>
  told < of ? [`of ${of} rows ${what} between two reads it tells ${told}`] : [];

const named = (names) =>
  names.length > 12 ? `${names.length}, ${names.slice(0, 8).join(', ')} …` : names.join(', ');

const plain = (value) => String(value).replace(numberMark, '');
