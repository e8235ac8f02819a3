/**
 * What stands around each row on output. `before` ends inside the record object, `after` closes it and the line:
 * Singer `{"type":"RECORD","stream":"accounts","record":{` + row members + `},"time_extracted":"…"}\n`.
 * `after` may begin with more members (`,"_ab_cdc_deleted_at":null`): a row is never empty, it has its key.
 */
export interface Frame {
  readonly before: Buffer;
  readonly after: Buffer;
}

/**
 * How the text of a value changes on its way out:
 * `none` byte for byte · `strip_zone` a TimeZoneIndependent date-time loses its `Z` ·
 * `choices_array` `"1,2,5"` becomes `[1,2,5]` · `lower` a guid in lower case · `date_or_null` `""` becomes `null`.
 */
export type Transform = 'none' | 'strip_zone' | 'choices_array' | 'lower' | 'date_or_null';

/** One column of the output: the member `key` of the row on the wire goes out as `as`. Members not listed are dropped. */
export interface OutputColumn {
  /** Member name on the wire, annotations included, e.g. `_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname`. */
  readonly key: string;
  readonly as: string;
  readonly transform: Transform;
}

/**
 * What the rows of a stream look like on output. A column that is missing from a row (annotations of null values are)
 * goes out as `null`. `keyColumn` is the wire name of the primary key.
 */
export interface RowShape {
  readonly columns: readonly OutputColumn[];
  readonly keyColumn: string;
}

/** A page of rows, framed. */
export interface FramedPage {
  /** The output lines, whole, each ended by `\n`; empty when the page has no rows. */
  readonly lines: Buffer;
  /** Number of lines; deleted rows are not among them. */
  readonly rows: number;
  /** `@odata.nextLink`, decoded from JSON, otherwise byte for byte. */
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
  /** The page says that it answers a delta link: it tells what changed, and may hold deleted rows. */
  readonly delta: boolean;
  /** `@Microsoft.Dynamics.CRM.globalmetadataversion`, present when annotations were asked for. */
  readonly metadataVersion: string | undefined;
  /** Ids of the deleted rows of a delta page, lower case. */
  readonly deleted: readonly string[];
  /** The last row's object as it came (`{…}`), for the cursor; undefined when there is none. */
  readonly lastRow: Buffer | undefined;
  /** 16 bytes a key in page order, when asked for; undefined otherwise. Rows left out below a floor have theirs here, too. */
  readonly keys: Buffer | undefined;
  /** Strings repaired: `\u0000` removed, lone surrogates replaced by U+FFFD. */
  readonly repaired: number;
  /** Which path served the page. */
  readonly path: 'splice' | 'rewrite';
}
