import { badQuery, unknownRow, unknownSegment } from '../errors.ts';
import type { Reply } from '../http.ts';
import { collectionOf, membersOf } from '../query/collections.ts';
import { parseExpand } from '../query/expand.ts';
import { navigationOf, propertyOf } from '../query/properties.ts';
import { parseSelect } from '../query/select.ts';
import type { Row } from '../rows/generated.ts';
import { isGuid } from '../rows/guid.ts';
import { listStore } from '../rows/union.ts';
import { isReference } from '../rows/values.ts';
import type { Column } from '../schema/types.ts';
import type { World } from '../world.ts';
import { expandedWriter } from './expand.ts';
import { answer, applied } from './odata.ts';
import { pageOf } from './page.ts';
import { contextOf, type Read } from './read.ts';
import { rowWriter } from './rows.ts';

/** `accounts(<guid>)`, and what stands behind it: a column, its raw value, a related row, a collection. */
export function rowReply(world: World, read: Read, key: string, rest: string | undefined): Reply {
  const { table } = read.store;
  const id = key.replace(/^.*=/, '').replaceAll("'", '').trim();
  if (!isGuid(id)) {
    throw badQuery('Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).');
  }
  const row = read.store.find(id);
  if (row === undefined) throw unknownRow(table.logicalName, id.toLowerCase());
  if (rest === undefined) return singleRow(world, read, row);
  const [name = '', raw, ...more] = rest.split('/');
  const column = propertyOf(table, name);
  if (column !== undefined && more.length === 0) return columnReply(world, read, row, column, raw);
  if (raw === undefined) {
    const related = relatedReply(world, read, row, name);
    if (related !== undefined) return related;
  }
  throw unknownSegment(rest);
}

function singleRow(world: World, read: Read, row: Row): Reply {
  const { table } = read.store;
  const selection = parseSelect(world, table, read.options.get('$select'));
  const expansions = parseExpand(world, table, read.options.get('$expand'));
  const plain = rowWriter(world, table, selection.columns, read);
  const text = expandedWriter(world, table, plain, expansions, read)(row);
  const context = `"@odata.context":"${contextOf(read, selection, expansions)}/$entity",`;
  const version = row.value('versionnumber');
  return answer(`{${read.metadata === 'none' ? '' : context}${text.slice(1)}`, read.metadata, [
    ...(version === null ? [] : [['ETag', `W/"${version}"`] as const]),
    ...applied(read.preferences),
  ]);
}

/** `annotations(<guid>)/documentbody`, with `/$value` the bare value. */
function columnReply(world: World, read: Read, row: Row, column: Column, raw: string | undefined): Reply {
  const { table } = read.store;
  const value = row.value(column.name);
  if (raw === '$value') {
    const image = column.type === 'image';
    const body = image ? Buffer.from(String(value ?? ''), 'base64') : String(value ?? '');
    const type = image ? 'application/octet-stream' : 'text/plain';
    return { status: value === null ? 204 : 200, headers: [['Content-Type', type]], body };
  }
  if (raw !== undefined) throw unknownSegment(raw);
  const written = rowWriter(world, table, [column], { ...read, metadata: 'none' })(row);
  const context = `"@odata.context":"${read.base}$metadata#${table.setName}(${row.key})/${column.name}"`;
  return answer(
    `{${context},"value":${written.slice(written.lastIndexOf(`"${column.name}":`) + column.name.length + 3)}`,
  );
}

/** The row that a single-valued navigation property leads to, or a page of a collection. */
function relatedReply(world: World, read: Read, row: Row, name: string): Reply | undefined {
  const { table } = read.store;
  const single = navigationOf(world, table, name);
  if (single !== undefined) {
    const value = row.value(single.lookup.name);
    const store = isReference(value) ? world.store(value.table) : undefined;
    const found = isReference(value) ? store?.find(value.id) : undefined;
    if (store === undefined || found === undefined) return { status: 204, headers: [], body: '' };
    return singleRow(world, { ...read, store }, found);
  }
  const collection = collectionOf(world, table, name);
  if (collection === undefined) return undefined;
  const path = `${table.setName}(${row.key})/${name}`;
  const rows = membersOf(world, collection, row.key);
  return pageOf(world, {
    ...read,
    path,
    store: listStore(
      path,
      () => collection.target,
      () => rows,
      world.versions.current,
    ),
  });
}
