import type { Row } from '../rows/generated.ts';
import { sqlOrder } from '../rows/guid.ts';
import { mix, saltOf } from '../rows/random.ts';
import { type Store, sortValue, type WalkOrder } from '../rows/store.ts';
import type { World } from '../world.ts';
import { rangesOf, walkOrder } from './bounds.ts';
import type { Cookie } from './cookie.ts';
import { compile } from './evaluate.ts';
import type { Expression } from './expression.ts';
import { compareTuples, cookieTuple, type Ordering, type Tuple, tupleOf } from './order.ts';

/** A read of rows in order: what a page is cut from. */
export interface RowQuery {
  readonly store: Store;
  readonly filter: Expression | undefined;
  /** Identifies the filter for caching; its text. */
  readonly filterText: string;
  /** Complete: ends with the key. */
  readonly ordering: readonly Ordering[];
  /** How many columns of the order the client gave; rows that these hold equal come in any order. */
  readonly given: number;
  readonly after: Cookie | undefined;
}

/**
 * Walks matching rows in order, after the cookie's place, against the rows of now. Orders that the store can walk cost no
 * memory; any other is sorted once and kept until a row changes.
 */
export function* rowsOf(world: World, query: RowQuery): Generator<Row> {
  const { ordering, after, given } = query;
  const place = after === undefined ? undefined : cookieTuple(ordering, after);
  const beyond = (row: Row): boolean =>
    place === undefined || compareTuples(ordering, tupleOf(ordering, row), place) > 0;
  const ordered = orderedRows(world, query, place);
  if (world.switches.shuffleTies && given > 0 && given < ordering.length) {
    for (const row of shuffled(world, ordered, ordering.slice(0, given))) if (beyond(row)) yield row;
    return;
  }
  // In order, a row beyond the place is followed by rows beyond it only.
  let passed = place === undefined;
  for (const row of ordered) {
    passed ||= beyond(row);
    if (passed) yield row;
  }
}

/** Matching rows in order; those before the place may or may not be left out. */
function* orderedRows(world: World, query: RowQuery, place: Tuple | undefined): Generator<Row> {
  const { store, ordering } = query;
  const first = ordering[0];
  const order = first === undefined ? undefined : walkOrder(store.table, first.column.name);
  const ranges = rangesOf(store.table, query.filter);
  const narrower = [...ranges.keys()].some((each) => each !== order && each !== 'key');
  if (first === undefined || order === undefined || (narrower && !ranges.has(order))) {
    yield* sortedRows(world, query, ranges.keys().next().value, place);
    return;
  }
  const range = { ...ranges.get(order) };
  const start = place?.[0];
  if (typeof start === 'number' || typeof start === 'string') {
    if (first.descending) range.high = start;
    else range.low = start;
  }
  const test = query.filter === undefined ? undefined : compile(world, query.filter);
  const matches = (row: Row): boolean => test === undefined || test(row) === true;
  if (ordering.length === 1) {
    for (const row of store.walk(order, { ...range, descending: first.descending }))
      if (matches(row)) yield row;
    return;
  }
  const crowds = crowdsOf(world, store, ordering);
  const crowd = typeof start === 'number' ? crowds.get(start) : undefined;
  if (crowd !== undefined && typeof start === 'number' && place !== undefined) {
    for (let at = firstNotBefore(crowd, ordering, place); at < crowd.length; at++) {
      const row = crowd[at];
      if (row !== undefined && matches(row)) yield row;
    }
    if (first.descending) range.high = start - 1;
    else range.low = start + 1;
  }
  const walk = store.walk(order, { ...range, descending: first.descending });
  for (const row of tiesSorted(walk, order, ordering, crowds)) if (matches(row)) yield row;
}

/** Rows that an import left in one instant, sorted: each of their pages would sort all of them again. */
type Crowds = Map<number | string, readonly Row[]>;
const crowded = new WeakMap<World, { readonly name: string; readonly crowds: Crowds }>();
const crowdSize = 10_000;

function crowdsOf(world: World, store: Store, ordering: readonly Ordering[]): Crowds {
  const order = ordering.map(({ column, descending }) => `${column.name} ${descending}`).join();
  const name = [store.name, store.generation(), order].join('\n');
  const known = crowded.get(world);
  if (known?.name === name) return known.crowds;
  const crowds: Crowds = new Map();
  crowded.set(world, { name, crowds });
  return crowds;
}

/** Index of the first row that is not before the place. */
function firstNotBefore(rows: readonly Row[], ordering: readonly Ordering[], place: Tuple): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && compareTuples(ordering, tupleOf(ordering, row), place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sorts each run of rows that the walk's own order holds equal. */
function* tiesSorted(
  rows: Iterable<Row>,
  order: WalkOrder,
  ordering: readonly Ordering[],
  crowds: Crowds,
): Generator<Row> {
  let run: Row[] = [];
  let value: number | string | undefined;
  const sorted = (): readonly Row[] => {
    if (run.length === 1) return run;
    const inOrder = run
      .map((row) => ({ row, tuple: tupleOf(ordering, row) }))
      .sort((a, b) => compareTuples(ordering, a.tuple, b.tuple))
      .map((each) => each.row);
    if (run.length >= crowdSize && value !== undefined) crowds.set(value, inOrder);
    return inOrder;
  };
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
function* shuffled(world: World, rows: Iterable<Row>, given: readonly Ordering[]): Generator<Row> {
  const salt = mix(saltOf('ties'), world.versions.next());
  let run: Row[] = [];
  let value: Tuple | undefined;
  const byChance = (a: Row, b: Row): number => mix(salt, saltOf(a.key)) - mix(salt, saltOf(b.key));
  for (const row of rows) {
    const next = tupleOf(given, row);
    if (value !== undefined && compareTuples(given, value, next) !== 0) {
      yield* run.sort(byChance);
      run = [];
    }
    value = next;
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
  place: Tuple | undefined,
): Generator<Row> {
  const { store, ordering } = query;
  const order = ordering.map(({ column, descending }) => `${column.name} ${descending}`).join();
  const name = [store.name, store.generation(), order, query.filterText].join('\n');
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
  // The rows before the place form the head of the list; ties of its given columns may be wanted in another order.
  const given = ordering.slice(0, query.given === 0 ? ordering.length : query.given);
  const from = place === undefined ? 0 : firstNotBefore(sorted.rows, given, place);
  for (let at = from; at < sorted.rows.length; at++) {
    const row = sorted.rows[at];
    if (row !== undefined) yield row;
  }
}
