import type { Fault, Strike, Subject } from './types.ts';

/** A fault as the control surface tells of it. */
export interface ScriptedFault {
  readonly id: string;
  readonly fault: Fault;
  /** Requests struck so far. */
  readonly strikes: number;
}

/** The faults that wait for requests. */
export interface Faults {
  /** Returns an id. */
  readonly add: (fault: Fault) => string;
  readonly list: () => readonly ScriptedFault[];
  /** False where there is no such fault. */
  readonly remove: (id: string) => boolean;
  readonly clear: () => void;
  /** The first fault that strikes this request, counted as one strike. */
  readonly strike: (subject: Subject) => Strike | undefined;
}

interface Entry {
  readonly id: string;
  readonly fault: Fault;
  readonly removal: AbortController;
  /** Matching requests so far, struck or let pass. */
  seen: number;
  strikes: number;
}

export function createFaults(): Faults {
  let entries: Entry[] = [];
  let added = 0;
  return {
    add: (fault) => {
      const id = String(++added);
      entries.push({ id, fault, removal: new AbortController(), seen: 0, strikes: 0 });
      return id;
    },
    list: () => entries.map(({ id, fault, strikes }) => ({ id, fault, strikes })),
    remove: (id) => {
      const entry = entries.find((each) => each.id === id);
      entry?.removal.abort();
      entries = entries.filter((each) => each !== entry);
      return entry !== undefined;
    },
    clear: () => {
      for (const { removal } of entries) removal.abort();
      entries = [];
    },
    strike: (subject) => {
      for (const entry of entries) {
        if (!isAimedAt(entry.fault, subject)) continue;
        entry.seen++;
        if (entry.seen <= (entry.fault.after ?? 0) || isSpent(entry)) continue;
        entry.strikes++;
        return { fault: entry.fault, removed: entry.removal.signal };
      }
      return undefined;
    },
  };
}

const isAimedAt = ({ on, page, pageSizeOver }: Fault, subject: Subject): boolean =>
  subject.names.includes(on) &&
  (page === undefined || page === subject.page) &&
  (pageSizeOver === undefined || subject.pageSize > pageSizeOver);

const isSpent = ({ fault, strikes }: Entry): boolean =>
  fault.times !== 'always' && strikes >= (fault.times ?? 1);
