// What came of a table, against the simulator's truth.
import { kindOf } from './values.mjs';

/** Contents of images, which the service gives only to those who ask for them. */
const contents = new Set(['entityimage', 'documentbody']);

const targetNote = 'Microsoft.Dynamics.CRM.lookuplogicalname';

/**
 * Compares rows with the truth.
 *
 * @param {readonly object[]} truth rows as the simulator's control surface tells them, with lookup targets
 * @param {readonly object[]} rows what a program wrote
 * @param {ReadonlySet<string>} declared columns of its schema: destinations leave out others
 */
export function compareTable(truth, rows, declared) {
  const key = Object.keys(truth[0] ?? {}).find((name) => !name.includes('@'));
  const wanted = new Map(truth.map((row) => [row[key], row]));
  const seen = new Map();
  for (const row of rows) seen.set(row[key], (seen.get(row[key]) ?? 0) + 1);
  const columns = columnsOf(truth);
  const present = new Set(rows.flatMap(Object.keys));
  const compared = [...columns].filter((name) => present.has(name));
  const lookups = severalTargets(truth);
  return {
    rows: truth.length,
    missing: truth.filter((row) => !seen.has(row[key])).length,
    unknown: [...seen.keys()].filter((each) => !wanted.has(each)).length,
    repeated: [...seen.values()].filter((times) => times > 1).length,
    columns: columns.size,
    columnsMissing: [...columns].filter((name) => !present.has(name)).sort(),
    columnsUndeclared: compared.filter((name) => !declared.has(name)).sort(),
    values: wrongValues(compared, wanted, rows, key),
    lookups: lookups.length,
    targetsUntold: lookups.filter((name) => !tellsTargets(name, wanted, rows, key)),
  };
}

const columnsOf = (rows) =>
  new Set(rows.flatMap(Object.keys).filter((name) => !name.includes('@') && !contents.has(name)));

/** By what happened to them: how many values, in which columns, and one for example. */
function wrongValues(columns, wanted, rows, key) {
  const kinds = new Map();
  for (const row of rows) {
    const truth = wanted.get(row[key]);
    if (truth === undefined) continue;
    for (const column of columns) {
      const kind = kindOf(truth[column] ?? null, row[column] ?? null);
      if (kind === undefined) continue;
      if (!kinds.has(kind)) {
        kinds.set(kind, {
          kind,
          values: 0,
          columns: new Set(),
          example: [truth[column], row[column] ?? null],
        });
      }
      const found = kinds.get(kind);
      found.values += 1;
      found.columns.add(column);
    }
  }
  return [...kinds.values()].map((found) => ({ ...found, columns: [...found.columns].sort() }));
}

/** Lookups whose rows lead to different tables. */
function severalTargets(truth) {
  const targets = new Map();
  for (const row of truth) {
    for (const [name, target] of Object.entries(row)) {
      const [column, note] = name.split('@');
      if (note !== targetNote) continue;
      if (!targets.has(column)) targets.set(column, new Set());
      targets.get(column).add(target);
    }
  }
  return [...targets].filter(([, names]) => names.size > 1).map(([column]) => column);
}

/** True when some column named after the lookup says in every row to which table it leads. */
function tellsTargets(lookup, wanted, rows, key) {
  const stem = lookup.replace(/_value$/, '');
  const candidates = [...new Set(rows.flatMap(Object.keys))].filter(
    (name) => name.startsWith(stem) && name !== lookup,
  );
  return candidates.some((name) =>
    rows.every((row) => {
      const target = wanted.get(row[key])?.[`${lookup}@${targetNote}`];
      return target === undefined || row[name] === target;
    }),
  );
}
