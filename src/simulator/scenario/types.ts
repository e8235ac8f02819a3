import type { Fault } from '../faults/types.ts';
import type { LimitChanges } from '../limits/settings.ts';
import type { Depth } from '../schema/depth.ts';
import type { ColumnSpec } from '../schema/spec.ts';
import type { TableSpec } from '../schema/table-spec.ts';
import type { Module } from '../schema/types.ts';
import type { Switches } from '../switches.ts';

/** What a role lets its holders read: depth by table (set or logical name), `*` for every other table. */
export interface RoleSpec {
  readonly read?: Readonly<Record<string, Depth>>;
}

/** An application user of the environment; what is not said is as usual: a member with every right. */
export interface UserSpec {
  /** Names of roles of the scenario; an empty list: no role, so everything is refused. */
  readonly roles?: readonly string[];
  /** False: the application can sign in, but is no user of the environment. */
  readonly member?: boolean;
  readonly disabled?: boolean;
  /** False: secured columns are null. */
  readonly readsSecured?: boolean;
  readonly secretExpired?: boolean;
}

/** An environment as data. */
export interface Scenario {
  /** For readers. */
  readonly description?: string;
  /** Same seed, same rows. Default 1. */
  readonly seed?: number;
  /** Start of the virtual clock, ISO 8601. */
  readonly now?: string;
  /** Modules that are not installed. */
  readonly without?: readonly Module[];
  /** File of a CSDL document whose tables take the place of the built-in ones; relative to the scenario's file. */
  readonly csdl?: string;
  /** Keeps only these of the built-in tables. */
  readonly only?: readonly string[];
  /** Custom tables. */
  readonly tables?: readonly TableSpec[];
  /** More columns, by table. */
  readonly columns?: Readonly<Record<string, readonly ColumnSpec[]>>;
  /** Generated rows a table; `*` for every table not named. */
  readonly rows?: Readonly<Record<string, number>>;
  /** Rows that are there besides, by table; values as the control surface takes them. */
  readonly data?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly roles?: Readonly<Record<string, RoleSpec>>;
  /** The first is the one that the simulator announces. */
  readonly users?: readonly UserSpec[];
  readonly faults?: readonly Fault[];
  readonly limits?: LimitChanges;
  readonly switches?: Partial<Switches>;
  /** Seconds that an access token lives. */
  readonly tokenSeconds?: number;
  /** organization.ExpireChangeTrackingInDays. */
  readonly changeTrackingDays?: number;
}
