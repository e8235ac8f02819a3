import { ConnectorError } from '../core/errors.ts';
import { type Names, namesOf } from './names.ts';
import { type Text, textOf } from './scan.ts';
import type { RowShape, Transform } from './types.ts';

/** A row shape made ready for the rewrite of one page. */
export interface Plan {
  readonly names: Names;
  /** Number of the name of the primary key, and of the annotation that marks deleted rows. */
  readonly keyName: number;
  readonly contextName: number;
  readonly columns: readonly PlannedColumn[];
}

/** An output column. `out` holds `,"as":null`. */
export interface PlannedColumn {
  /** The member can go out as it stands, name and all. */
  readonly copies: boolean;
  readonly transform: Transform;
  /** Length of `"as":`. */
  readonly nameLength: number;
  readonly out: Text;
}

/** Makes a row shape ready. Throws `bug` when it names a member or an output column twice. */
export function planOf(shape: RowShape): Plan {
  const wire = shape.columns.map((column) => column.key);
  if (new Set(wire).size < wire.length || new Set(shape.columns.map(({ as }) => as)).size < wire.length) {
    throw new ConnectorError('bug', 'A row shape names a column twice.');
  }
  const names = namesOf(wire, [shape.keyColumn, '@odata.context']);
  const columns = shape.columns.map(({ key, as, transform }) => {
    const out = textOf(Buffer.from(`,${JSON.stringify(as)}:null`));
    const nameLength = out.bytes.length - ',null'.length;
    return { copies: as === key && transform === 'none', transform, nameLength, out };
  });
  return {
    names,
    keyName: names.numbers.get(shape.keyColumn) ?? -1,
    contextName: names.numbers.get('@odata.context') ?? -1,
    columns,
  };
}
