/** The kinds of columns that Dataverse tells apart (AttributeMetadata.AttributeType, with its virtual kinds split). */
export type ColumnType =
  | 'key'
  | 'string'
  | 'memo'
  | 'entityname'
  | 'integer'
  | 'bigint'
  | 'version'
  | 'double'
  | 'decimal'
  | 'money'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'state'
  | 'status'
  | 'datetime'
  | 'naive'
  | 'date'
  | 'lookup'
  | 'customer'
  | 'owner'
  | 'guid'
  | 'image'
  | 'file'
  | 'managed';

/** One option of a choice column. A status option names its state; a state option names its default status. */
export interface Option {
  readonly value: number;
  readonly label: string;
  readonly state?: number;
  readonly defaultStatus?: number;
}

/** A single-valued navigation property over a lookup column; a polymorphic lookup has one per target. */
export interface Navigation {
  readonly name: string;
  readonly target: string;
}

/** A column as the simulator serves it. */
export interface Column {
  /** `primarycontactid` */
  readonly logicalName: string;
  /** Property name on the wire: `_primarycontactid_value`; equal to the logical name where the column is no lookup. */
  readonly name: string;
  /** `PrimaryContactId` */
  readonly schemaName: string;
  /** Display name in English. */
  readonly label: string;
  readonly type: ColumnType;
  readonly options?: readonly Option[];
  /** Name of the global option set that the options come from. */
  readonly globalOptions?: string;
  readonly navigations?: readonly Navigation[];
  /** Largest number of characters of a string or memo. */
  readonly maxLength?: number;
  /** Digits after the decimal point of decimal and money values. */
  readonly scale?: number;
  /** Named way of making values; by default chosen from the type and the name. */
  readonly recipe?: string;
  /** Share of rows that have a value, 0 to 1; by default chosen from the type. */
  readonly filled?: number;
  /** False: listed in EntityDefinitions, but no property of the Web API (`primarycontactidname`). */
  readonly surfaced?: boolean;
  /** The column that this one accompanies (AttributeMetadata.AttributeOf). */
  readonly attributeOf?: string;
  /** Left out of reads without `$select`; returned when selected by name. */
  readonly onlyWhenSelected?: boolean;
  /** Column security is on: null for readers without the profile. */
  readonly secured?: boolean;
  /** Declared by this base type of the CSDL rather than by the table itself. */
  readonly declaredBy?: string;
  readonly custom?: boolean;
}

export type Module = 'core' | 'sales' | 'service' | 'marketing';

/** How the service stores the table. */
export type TableKind = 'standard' | 'intersect' | 'elastic' | 'virtual';

/** A table of the simulated environment. */
export interface Table {
  readonly logicalName: string;
  readonly schemaName: string;
  readonly setName: string;
  readonly label: string;
  readonly pluralLabel: string;
  readonly objectTypeCode: number;
  /** The table exists when at least one of these modules is installed. */
  readonly modules: readonly Module[];
  readonly kind: TableKind;
  /** Type that the CSDL names as BaseType. */
  readonly base: string;
  /** Wire name of the primary key column: `systemuserid`. */
  readonly key: string;
  /** Key that the CSDL declares, where it differs: `ownerid`. */
  readonly inheritedKey?: string;
  readonly primaryName: string | undefined;
  readonly primaryImage?: string;
  readonly changeTracking: boolean;
  readonly ownership: 'UserOwned' | 'OrganizationOwned' | 'BusinessOwned' | 'None';
  readonly activity?: boolean;
  readonly custom?: boolean;
  /** Rows of these tables are the rows of this one (activitypointer). */
  readonly unionOf?: readonly string[];
  /** Rows are made of the options of all choice columns (stringmap). */
  readonly listsOptions?: boolean;
  /** Refuses to be read as a list, although `$metadata` names it. */
  readonly refusesReads?: boolean;
  /** Rows when nobody says otherwise. */
  readonly rows: number;
  readonly columns: readonly Column[];
}
