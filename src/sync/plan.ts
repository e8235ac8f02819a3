import type { Selection } from '../catalog/types.ts';
import type { Strategy, SyncSettings } from './types.ts';

/** A stream's strategy, and why: the reason is logged. */
export interface StreamPlan {
  readonly strategy: Strategy;
  readonly reason: string;
}

/**
 * Chooses how a stream is read: as the configuration says for the table, else as the catalog says, else by the best that
 * the table offers: change tracking, modifiedon, versionnumber, all rows. `without` are strategies that were found not
 * to work on it.
 */
export function planStream(
  selection: Selection,
  settings: Pick<SyncSettings, 'incrementalStrategy' | 'rowFilters'>,
  without: readonly Strategy[] = [],
): StreamPlan {
  if (selection.mode === 'full') return { strategy: 'full', reason: 'the catalog asks for a full refresh' };
  const { name, table } = selection.stream;
  const wished = settings.incrementalStrategy[name] ?? settings.incrementalStrategy['*'] ?? 'auto';
  // A change-tracked read cannot be filtered: with a row filter, a cursor has to do.
  const filtered: readonly Strategy[] = settings.rowFilters[name] === undefined ? [] : ['change_tracking'];
  const possible = strategiesOf(selection).filter(
    (strategy) => ![...without, ...filtered].includes(strategy),
  );
  if (wished !== 'auto' && possible.includes(wished))
    return { strategy: wished, reason: 'the configuration says so (incremental_strategy)' };
  const asked = selection.strategy;
  if (wished === 'auto' && asked !== undefined && possible.includes(asked))
    return { strategy: asked, reason: 'the catalog says so' };
  const [best = 'full'] = possible;
  const missed = wished !== 'auto' ? wished : asked;
  const because = missed !== undefined && missed !== best ? `${missed} is not possible here; ` : '';
  return { strategy: best, reason: `${because}${reasons[best](table.changeTracking)}` };
}

const reasons: Readonly<Record<Strategy, (tracked: boolean | undefined) => string>> = {
  change_tracking: () => 'the table is change-tracked',
  modifiedon: (tracked) =>
    `${tracked ? 'changes cannot be tracked here' : 'the table is not change-tracked'}, and has modifiedon`,
  versionnumber: () => 'the table is not change-tracked and has no modifiedon, but a versionnumber',
  full: () => 'the table has neither change tracking nor modifiedon nor versionnumber',
};

/** What the table offers, best first. */
function strategiesOf(selection: Selection): readonly Strategy[] {
  const { table } = selection.stream;
  const has = (name: string): boolean => table.columns.some((column) => column.name === name);
  const offered: Strategy[] = [];
  if (table.kind === 'virtual') return ['full'];
  if (table.changeTracking) offered.push('change_tracking');
  if (table.kind !== 'elastic' && has('modifiedon')) offered.push('modifiedon');
  if (table.kind !== 'elastic' && has('versionnumber')) offered.push('versionnumber');
  return [...offered, 'full'];
}
