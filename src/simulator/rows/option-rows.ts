import type { LiveSchema } from '../schema/live.ts';
import type { Row } from './generated.ts';
import { guidOf } from './guid.ts';
import { saltOf } from './random.ts';
import type { Value } from './values.ts';

/** A row for each option of each choice column of each table. */
export function optionRows(schema: LiveSchema, organizationId: string): readonly Row[] {
  return schema.tables().flatMap((table) =>
    table.columns.flatMap((column) =>
      (column.options ?? []).map((option, place) => {
        const key = guidOf(saltOf(`stringmap/${table.logicalName}/${column.logicalName}`), option.value);
        const values: Record<string, Value> = {
          stringmapid: key,
          attributename: column.logicalName,
          attributevalue: option.value,
          value: option.label,
          langid: 1033,
          displayorder: place + 1,
          objecttypecode: table.logicalName,
          organizationid: organizationId,
          versionnumber: 500_000 + place,
        };
        return { key, value: (name: string) => values[name] ?? null };
      }),
    ),
  );
}
