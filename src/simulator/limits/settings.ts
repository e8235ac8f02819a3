/** How long pages take: a request, its rows and its cells each add their part. Milliseconds. */
export interface CostModel {
  readonly request: number;
  readonly row: number;
  readonly cell: number;
  /** Factors of a page that is ordered by something else than the key, and of one that is filtered. */
  readonly ordered: number;
  readonly filtered: number;
  /** Factors of single tables, by logical name. */
  readonly tables: Readonly<Record<string, number>>;
  /** Each request takes up to this share less or more, by chance; 0 to 1. */
  readonly spread: number;
}

/** Service protection, and how long answers take; all of it can be changed while the simulator runs. */
export interface Limits {
  /** False: nobody is refused. The headers still count. */
  readonly enforced: boolean;
  /** Length of the sliding window. */
  readonly windowSeconds: number;
  /** Requests a window, of one user at one server. */
  readonly requests: number;
  /** Combined execution time a window. */
  readonly executionSeconds: number;
  /** Requests under way at a time. */
  readonly concurrent: number;
  /** Web servers; a request without `ARRAffinity` cookie goes to the next one. */
  readonly servers: number;
  /** The budget belongs to the user at all servers together, as some environments were seen to count. */
  readonly sharedBudget: boolean;
  /** `x-ms-dop-hint`; 4 to 50 were seen. */
  readonly dopHint: number;
  /** What each request sent in spite of a `Retry-After` adds to the penalty. */
  readonly penaltySeconds: number;
  /** `Retry-After` of too many concurrent requests. */
  readonly concurrentRetrySeconds: number;
  /**
   * Execution time that a request is charged: what it really took, or what the cost model says. The model alone suits tests
   * that move the clock instead of waiting.
   */
  readonly execution: 'measured' | 'modelled';
  /** How long answers wait: milliseconds, or as long as the cost model says. */
  readonly latency: number | 'modelled';
  /** A page that costs more fails with the error of a SQL timeout. */
  readonly sqlTimeoutSeconds: number;
  /** HTTP status of that error, which no source tells. */
  readonly sqlTimeoutStatus: 500 | 400;
  /** Filters with a leading wildcard (`contains`, `endswith`) are throttled by the database. */
  readonly leadingWildcards: 'allowed' | 'throttled';
  readonly cost: CostModel;
}

/** Some of the settings; the others stay as they are. */
export type LimitChanges = Partial<Omit<Limits, 'cost'>> & { readonly cost?: Partial<CostModel> };

/**
 * The documented limits. The cost model is our estimate: 5,000 rows of 112 columns take about three and a half seconds.
 * https://learn.microsoft.com/power-apps/developer/data-platform/api-limits
 */
export const documentedLimits: Limits = {
  enforced: true,
  windowSeconds: 300,
  requests: 6000,
  executionSeconds: 1200,
  concurrent: 52,
  servers: 1,
  sharedBudget: false,
  dopHint: 8,
  penaltySeconds: 0.5,
  concurrentRetrySeconds: 2,
  execution: 'measured',
  latency: 0,
  sqlTimeoutSeconds: 120,
  sqlTimeoutStatus: 500,
  leadingWildcards: 'allowed',
  cost: { request: 40, row: 0.1, cell: 0.005, ordered: 1.2, filtered: 1.1, tables: {}, spread: 0 },
};

const whole = { type: 'integer', minimum: 1 } as const;
const amount = { type: 'number', minimum: 0 } as const;
const flag = { type: 'boolean' } as const;

/** JSON Schema of `LimitChanges`. */
export const limitsSchema = {
  type: 'object',
  properties: {
    enforced: flag,
    windowSeconds: whole,
    requests: whole,
    executionSeconds: amount,
    concurrent: whole,
    servers: { type: 'integer', minimum: 1, maximum: 64 },
    sharedBudget: flag,
    dopHint: whole,
    penaltySeconds: amount,
    concurrentRetrySeconds: whole,
    execution: { enum: ['measured', 'modelled'] },
    latency: { oneOf: [amount, { const: 'modelled' }] },
    sqlTimeoutSeconds: amount,
    sqlTimeoutStatus: { enum: [500, 400] },
    leadingWildcards: { enum: ['allowed', 'throttled'] },
    cost: {
      type: 'object',
      properties: {
        request: amount,
        row: amount,
        cell: amount,
        ordered: amount,
        filtered: amount,
        tables: { type: 'object', additionalProperties: amount },
        spread: { type: 'number', minimum: 0, maximum: 1 },
      },
      additionalProperties: false,
    },
  },
  additionalProperties: false,
} as const;

/** Every settings with the changes applied. */
export const changedLimits = (limits: Limits, { cost, ...changes }: LimitChanges): Limits => ({
  ...limits,
  ...changes,
  cost: { ...limits.cost, ...cost },
});
