import type { CostModel } from './settings.ts';

/** What a page costs the service. */
export interface Work {
  /** Logical name. */
  readonly table: string;
  readonly rows: number;
  readonly columns: number;
  /** Ordered by something else than the key. */
  readonly ordered: boolean;
  readonly filtered: boolean;
}

/** Execution time of a request, in milliseconds; of one that read no rows without `work`. `chance` is from 0 to 1. */
export function costOf(model: CostModel, work: Work | undefined, chance: number): number {
  return usualCost(model, work) * (1 + model.spread * (2 * chance - 1));
}

function usualCost(model: CostModel, work: Work | undefined): number {
  if (work === undefined) return model.request;
  const reading = work.rows * (model.row + work.columns * model.cell);
  const factor =
    (work.ordered ? model.ordered : 1) *
    (work.filtered ? model.filtered : 1) *
    (model.tables[work.table] ?? 1);
  return (model.request + reading) * factor;
}
