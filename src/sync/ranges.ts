import { formatInstant, type Instant, parseInstant } from '../core/instant.ts';

/**
 * A range of instants that one worker reads: rows with `at <= column < to` are still to come. `seen` runs ahead of `at`
 * by the pages that were fetched and not yet written; `rows` counts rows since `from`, for the density.
 */
export interface Range {
  readonly from: Instant;
  at: Instant;
  seen: Instant;
  to: Instant;
  rows: number;
  /** Rows a second in the page that was fetched last; 0 before the first. An import crowds its rows into a few seconds. */
  latest: number;
  /** Rows a second, until its own rows tell; undefined when nobody knows. */
  readonly likely: number | undefined;
  /** The server has said that more pages follow; nothing is given away before that, so short reads stay one request. */
  more: boolean;
}

/** `[at, to)` pairs in rising order, none empty: what is left of a load. */
export type Remaining = readonly (readonly [Instant, Instant])[];

/** Who reads what. All functions are synchronous: a schedule is any sequence of calls. */
export interface Board {
  /** A range nobody reads, or the upper half of the one with most left; undefined when there is nothing to give. */
  take(): Range | undefined;
  /** True when `take` would give something. */
  readonly offers: boolean;
  /** The range was read to its end. */
  finish(range: Range): void;
  /** Its worker gave up; somebody else may take what is left. */
  release(range: Range): void;
  /** What is not yet written, taken ranges included. */
  remaining(): Remaining;
}

/** Parts of a page that are not worth a request of their own. */
const crumbs = 0.05;

/** Smallest span, in seconds, that can be divided. */
const divisible = 2;

/** What a board may know about the rows. */
export interface Expected {
  /**
   * Rows a page. Of a range the page that its owner has under way is never given away, and no crumbs behind it are. Default
   * 0: divide to the second.
   */
  readonly page?: number;
  /** Rows in all of `remaining`, as far as the server told. */
  readonly rows?: number | undefined;
}

/** A board over what is left of a load. With `eager` ranges are divided before their first page has come. */
export function createBoard(remaining: Remaining, eager: boolean, { page = 0, rows }: Expected = {}): Board {
  const span = remaining.reduce((sum, [at, to]) => sum + to - at, 0);
  const likely = rows === undefined || span === 0 ? undefined : rows / span;
  const idle: Range[] = remaining.map(([at, to]) => open(at, to, likely));
  const taken = new Set<Range>();

  const divides = (range: Range): boolean =>
    (eager || range.more) &&
    range.to - range.seen >= divisible &&
    (densityOf(range) === undefined || weight(range) >= (1 + crumbs) * page);

  const victim = (): Range | undefined => {
    let best: Range | undefined;
    for (const range of taken) {
      if (divides(range) && (best === undefined || weight(range) > weight(best))) best = range;
    }
    return best;
  };

  return {
    take() {
      const range = idle.shift() ?? divide(victim(), page);
      if (range) taken.add(range);
      return range;
    },
    get offers() {
      return idle.length > 0 || victim() !== undefined;
    },
    finish: (range) => void taken.delete(range),
    release(range) {
      taken.delete(range);
      range.seen = range.at;
      if (range.at < range.to) idle.push(range);
    },
    remaining: () =>
      [...idle, ...taken]
        .filter((range) => range.at < range.to)
        .map((range) => [range.at, range.to] as const)
        .sort((one, other) => one[0] - other[0]),
  };
}

function open(at: Instant, to: Instant, likely: number | undefined): Range {
  return { from: at, at, seen: at, to, rows: 0, latest: 0, likely, more: false };
}

/** The upper half, or all that is behind the page under way where that is less. */
function divide(range: Range | undefined, page: number): Range | undefined {
  if (!range) return undefined;
  const half = Math.ceil((range.to - range.seen) / 2);
  const underWay = Math.floor(((1 - crumbs) * page) / densest(range));
  const middle = range.seen + Math.min(range.to - range.seen - 1, Math.max(half, underWay));
  const upper = open(middle, range.to, densityOf(range));
  upper.more = range.more;
  range.to = middle;
  return upper;
}

/** Rows a second: as seen so far, else as expected. */
function densityOf({ rows, seen, from, likely }: Range): number | undefined {
  return rows === 0 ? likely : rows / Math.max(1, seen - from);
}

/** Estimated rows left, by its densest; where nobody knows, the time span alone. */
function weight(range: Range): number {
  return (range.to - range.seen) * densest(range);
}

function densest(range: Range): number {
  return Math.max(densityOf(range) ?? 1, range.latest);
}

/** `2026-01-01T00:00:00Z/2026-02-01T00:00:00Z,…`: one scalar, so that a deep merge of states cannot mix two lists. */
export function formatRemaining(remaining: Remaining): string {
  return remaining.map(([at, to]) => `${formatInstant(at)}/${formatInstant(to)}`).join(',');
}

/** The inverse of `formatRemaining`; undefined when the text is something else. */
export function parseRemaining(text: string): Remaining | undefined {
  if (text === '') return [];
  const pairs: (readonly [Instant, Instant])[] = [];
  for (const part of text.split(',')) {
    const [from, to, ...rest] = part.split('/').map(parseInstant);
    if (from === undefined || to === undefined || rest.length > 0 || to <= from) return undefined;
    pairs.push([from, to]);
  }
  return pairs;
}
