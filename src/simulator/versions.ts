import type { Clock } from './clock.ts';

/** The database-wide row version: every write takes the next one. */
export interface Versions {
  readonly current: () => number;
  readonly next: () => number;
  /** Takes the next version for a transaction that has not committed; `release` when it has. */
  readonly hold: () => { readonly version: number; readonly release: () => void };
  /**
   * The highest version below every open transaction: what a delta token may carry, so that a late commit is not lost
   * (`min-active-row-version` of FetchXML).
   */
  readonly settled: () => number;
  /** The last version given out up to a moment (epoch milliseconds). */
  readonly upTo: (time: number) => number;
  /** Goes back to an earlier version, as the restore of a backup does. */
  readonly rewind: (version: number) => void;
}

export function createVersions(clock: Clock, first: number): Versions {
  let current = first;
  let marks: { readonly time: number; version: number }[] = [];
  const open = new Set<number>();
  const next = (): number => {
    current++;
    const time = clock.now();
    const last = marks.at(-1);
    if (last !== undefined && last.time >= time) last.version = current;
    else marks.push({ time, version: current });
    return current;
  };
  return {
    current: () => current,
    next,
    hold: () => {
      const version = next();
      open.add(version);
      return { version, release: () => open.delete(version) };
    },
    settled: () => (open.size === 0 ? current : Math.min(...open) - 1),
    upTo: (time) => {
      let low = 0;
      let high = marks.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((marks[middle]?.time ?? 0) <= time) low = middle + 1;
        else high = middle;
      }
      return marks[low - 1]?.version ?? first;
    },
    rewind: (version) => {
      current = version;
      marks = marks.filter((mark) => mark.version <= version);
      open.clear();
    },
  };
}
