import { badQuery, refusal } from '../errors.ts';
import type { Reply } from '../http.ts';
import type { World } from '../world.ts';
import { answer } from './odata.ts';

/**
 * RetrieveTotalRecordCount: all rows of tables, whatever the caller may see.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/retrievetotalrecordcount
 */
export function recordCounts(world: World, base: string, names: string): Reply {
  const keys = parseNames(names);
  const values = keys.map((name) => {
    const store = world.store(name);
    if (store === undefined) {
      throw refusal(
        404,
        '0x80041102',
        `The entity with a name = '${name}' with namemapping = 'Logical' was not found in the MetadataCache.`,
      );
    }
    if (store.table.kind === 'virtual') {
      throw badQuery(`RetrieveTotalRecordCount does not support the virtual entity '${name}'.`);
    }
    const generated = world.writable(name)?.generated.count;
    return world.switches.staleRecordCounts ? (generated ?? store.count()) : store.count();
  });
  return answer(
    JSON.stringify({
      '@odata.context': `${base}$metadata#Microsoft.Dynamics.CRM.RetrieveTotalRecordCountResponse`,
      EntityRecordCountCollection: { Count: keys.length, IsReadOnly: false, Keys: keys, Values: values },
    }),
  );
}

function parseNames(text: string): string[] {
  try {
    const names: unknown = JSON.parse(text.replaceAll("'", '"'));
    if (Array.isArray(names)) return names.map(String);
  } catch {
    // Falls through to the refusal.
  }
  throw badQuery(`Invalid value '${text}' for the parameter EntityNames.`);
}
