import { badQuery, unknownRow, unknownSegment } from '../errors.ts';
import type { Reply } from '../http.ts';
import { propertyOf } from '../query/properties.ts';
import { parseSelect } from '../query/select.ts';
import { isGuid } from '../rows/guid.ts';
import type { World } from '../world.ts';
import { answer, applied } from './odata.ts';
import type { Read } from './read.ts';
import { rowWriter } from './rows.ts';

/** `accounts(<guid>)` and `annotations(<guid>)/documentbody[/$value]`. */
export function rowReply(world: World, read: Read, key: string, rest: string | undefined): Reply {
  const { table } = read.store;
  const id = key.replace(/^.*=/, '').replaceAll("'", '').trim();
  if (!isGuid(id))
    throw badQuery(`Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).`);
  const row = read.store.find(id);
  if (row === undefined) throw unknownRow(table.logicalName, id.toLowerCase());
  if (rest !== undefined) {
    const [name = '', raw] = rest.split('/');
    const column = propertyOf(table, name);
    if (column === undefined || (raw !== undefined && raw !== '$value')) throw unknownSegment(rest);
    const value = row.value(name);
    if (raw === '$value') {
      const bytes =
        column.type === 'image' ? Buffer.from(String(value ?? ''), 'base64') : String(value ?? '');
      const type = column.type === 'image' ? 'application/octet-stream' : 'text/plain';
      return { status: value === null ? 204 : 200, headers: [['Content-Type', type]], body: bytes };
    }
    const written = rowWriter(world, table, [column], read.preferences, 'none')(row);
    const context = `"@odata.context":"${read.base}$metadata#${table.setName}(${row.key})/${name}"`;
    return answer(
      `{${context},"value":${written.slice(written.lastIndexOf(`"${name}":`) + name.length + 3)}`,
    );
  }
  const selection = parseSelect(world, table, read.options.get('$select'));
  const list = selection.named === undefined ? '' : `(${selection.named.join(',')})`;
  const text = rowWriter(world, table, selection.columns, read.preferences, read.metadata)(row);
  const context =
    read.metadata === 'none'
      ? ''
      : `"@odata.context":"${read.base}$metadata#${table.setName}${list}/$entity",`;
  const version = row.value('versionnumber');
  return answer(`{${context}${text.slice(1)}`, read.metadata, [
    ...(version === null ? [] : [['ETag', `W/"${version}"`] as const]),
    ...applied(read.preferences),
  ]);
}
