/** A row that a lookup points to. */
export interface Reference {
  readonly table: string;
  readonly id: string;
}

/**
 * The value of a column. Dates with a time are epoch milliseconds, dates without one are `yyyy-MM-dd`, decimals and money
 * are decimal text (their digits count), whole numbers beyond 2^53 are bigint, lookups are references.
 */
export type Value = string | number | bigint | boolean | Reference | null;

export const isReference = (value: Value): value is Reference => typeof value === 'object' && value !== null;
