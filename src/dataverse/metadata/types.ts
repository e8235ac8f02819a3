/** Dataverse attribute types as far as extraction tells them apart (AttributeMetadata.AttributeType / AttributeTypeName). */
export type ColumnType =
  | 'string'
  | 'memo'
  | 'integer'
  | 'bigint'
  | 'decimal'
  | 'money'
  | 'double'
  | 'boolean'
  | 'choice'
  | 'state'
  | 'status'
  | 'choices'
  | 'date'
  | 'datetime'
  | 'datetime_naive'
  | 'lookup'
  | 'guid'
  | 'image'
  | 'file'
  | 'binary'
  | 'managed_property';

/** A column that the Web API returns. */
export interface Column {
  /** Property name on the wire: `name`, `_ownerid_value`. */
  readonly name: string;
  /** Attribute's logical name: `name`, `ownerid`. */
  readonly logicalName: string;
  readonly type: ColumnType;
  /** Logical names of the tables that a lookup can point to; more than one means polymorphic (customer, owner, regarding). */
  readonly targets?: readonly string[];
  readonly displayName?: string;
  /** True where the column is stored and returned only when selected by name (image bytes, documentbody). */
  readonly large?: boolean;
}

/** How the table behaves: elastic and virtual tables are read sequentially; intersect tables have no modifiedon. */
export type TableKind = 'standard' | 'virtual' | 'elastic' | 'intersect';

/** A table of the environment, as `$metadata` and EntityDefinitions describe it. */
export interface Table {
  /** `account` */
  readonly logicalName: string;
  /** `accounts`, from metadata, never derived. */
  readonly setName: string;
  /** Wire name of the primary key column: `accountid`; `activityid` for activities; `systemuserid` for systemusers. */
  readonly key: string;
  readonly kind: TableKind;
  readonly columns: readonly Column[];
  /** Undefined when the server did not say. */
  readonly changeTracking: boolean | undefined;
  /** True for custom tables that Microsoft did not publish. */
  readonly custom: boolean;
  readonly displayName?: string;
}

/** A set that is no stream, and why. */
export interface ExcludedTable {
  readonly setName: string;
  readonly reason: string;
}
