import type { Row } from '../rows/generated.ts';
import { sqlOrder } from '../rows/guid.ts';
import { mix, saltOf } from '../rows/random.ts';
import { type Store, sortValue, type WalkOrder } from '../rows/store.ts';
import type { World } from '../world.ts';
import { rangesOf, walkOrder } from './bounds.ts';
import type { Cookie } from './cookie.ts';
import { compile } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { compareTuples, cookieTuple, type Ordering, tupleOf } from './order.ts';

/** A read of rows in order: what a page is cut from. */
export interface RowQuery {
  readonly store: Store;
  readonly filter: Expression | undefined;
  /** Identifies the filter for caching; its text. */
  readonly filterText: string;
  /** Complete: ends with the key. */
  readonly ordering: readonly Ordering[];
  readonly after: Cookie | undefined;
}

/**
 * Walks matching rows in order, after the cookie's place, against the rows of now. Orders that the store can walk cost no
 * memory; any other is sorted once and kept until a row changes.
 */
export function* rowsOf(world: World, query: RowQuery): Generator<Row> {
  const { store, ordering, after } = query;
  const place = after === undefined ? undefined : cookieTuple(ordering, after);
  const beyond = (row: Row): boolean =>
    place === undefined || compareTuples(ordering, tupleOf(ordering, row), place) > 0;
  const first = ordering[0];
  const order = first === undefined ? undefined : walkOrder(store.table, first.column.name);
  const ranges = rangesOf(store.table, query.filter);
  const narrower = [...ranges.keys()].some((each) => each !== order && each !== 'key');
  if (first === undefined || order === undefined || (narrower && !ranges.has(order))) {
    yield* sortedRows(world, query, ranges.keys().next().value, beyond);
    return;
  }
  const range = { ...ranges.get(order) };
  const start = place?.[0];
  if (typeof start === 'number' || typeof start === 'string') {
    if (first.descending) range.high = start;
    else range.low = start;
  }
  const test = query.filter === undefined ? undefined : compile(world, query.filter);
  const walk = store.walk(order, { ...range, descending: first.descending });
  const groups = ordering.length > 1 ? tiesSorted(walk, order, ordering) : walk;
  for (const row of world.switches.shuffleTies && ordering.length > 1
    ? shuffled(world, groups, order)
    : groups) {
    if ((test === undefined || test(row) === true) && beyond(row)) yield row;
  }
}

/** Sorts each run of rows that the walk's own order holds equal. */
function* tiesSorted(rows: Iterable<Row>, order: WalkOrder, ordering: readonly Ordering[]): Generator<Row> {
  let run: Row[] = [];
  let value: number | string | undefined;
  const sorted = (): Row[] =>
    run.length === 1
      ? run
      : run
          .map((row) => ({ row, tuple: tupleOf(ordering, row) }))
          .sort((a, b) => compareTuples(ordering, a.tuple, b.tuple))
          .map((each) => each.row);
  for (const row of rows) {
    const next = sortValue(row, order);
    if (run.length > 0 && next !== value) {
      yield* sorted();
      run = [];
    }
    value = next;
    run.push(row);
  }
  if (run.length > 0) yield* sorted();
}

/** Adversarial mode: rows of equal order values come in another order on every request. */
function* shuffled(world: World, rows: Iterable<Row>, order: WalkOrder): Generator<Row> {
  const salt = mix(saltOf('ties'), world.versions.next());
  let run: Row[] = [];
  const byChance = (a: Row, b: Row): number => mix(salt, saltOf(a.key)) - mix(salt, saltOf(b.key));
  for (const row of rows) {
    const last = run.at(-1);
    if (last !== undefined && sortValue(last, order) !== sortValue(row, order)) {
      yield* run.sort(byChance);
      run = [];
    }
    run.push(row);
  }
  yield* run.sort(byChance);
}

interface Sorted {
  readonly name: string;
  readonly rows: readonly Row[];
}
const kept = new WeakMap<World, Sorted[]>();
const keptLists = 8;

function* sortedRows(
  world: World,
  query: RowQuery,
  narrow: WalkOrder | undefined,
  beyond: (row: Row) => boolean,
): Generator<Row> {
  const { store, ordering } = query;
  const order = ordering.map(({ column, descending }) => `${column.name} ${descending}`).join();
  const name = [store.table.logicalName, store.generation(), order, query.filterText].join('\n');
  const lists = kept.get(world) ?? [];
  let sorted = lists.find((list) => list.name === name);
  if (sorted === undefined) {
    const test = query.filter === undefined ? undefined : compile(world, query.filter);
    const walkIn = narrow ?? 'key';
    const found: { row: Row; tuple: ReturnType<typeof tupleOf>; key: string }[] = [];
    for (const row of store.walk(walkIn, rangesOf(store.table, query.filter).get(walkIn) ?? {})) {
      if (test !== undefined && test(row) !== true) continue;
      found.push({ row, tuple: tupleOf(ordering, row), key: sqlOrder(row.key) });
    }
    found.sort((a, b) => compareTuples(ordering, a.tuple, b.tuple));
    sorted = { name, rows: found.map((each) => each.row) };
    lists.unshift(sorted);
    kept.set(world, lists.slice(0, keptLists));
  }
  // The rows before the cookie's place form the head of the list.
  let low = 0;
  let high = sorted.rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = sorted.rows[middle];
    if (row !== undefined && beyond(row)) high = middle;
    else low = middle + 1;
  }
  for (let place = low; place < sorted.rows.length; place++) {
    const row = sorted.rows[place];
    if (row !== undefined) yield row;
  }
}
