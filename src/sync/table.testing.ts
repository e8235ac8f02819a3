import { ConnectorError } from '../core/errors.ts';
import { formatInstant, parseInstant } from '../core/instant.ts';
import type { Table } from '../dataverse/metadata/types.ts';
import type { Answer, Client, Request } from '../dataverse/types.ts';

/** A row of the table in memory. Times are milliseconds, as the service stores them. */
export interface FakeRow {
  readonly id: string;
  createdon: number | null;
  modifiedon: number | null;
  version: number;
  name: string;
}

/** One table in memory that answers the questions sync asks, each page a fresh question as the service does it. */
export interface FakeTable {
  readonly rows: Map<string, FakeRow>;
  readonly client: Client;
  readonly requests: string[];
  /** Called before each answer: where a test lets other people write. */
  interfere: () => void;
  /** Tokens below this version are expired. */
  expiredBelow: number;
  tracked: boolean;
  /** Deletes of rows that were created again since are told, too. */
  tellsOldDeletes: boolean;
  /** The service's clock, in milliseconds since 1970. */
  now: number;
  put(id: string, at: number, changes?: Partial<FakeRow>): void;
  remove(id: string): void;
}

const base = 'https://fake/api/data/v9.2/';

/** Deletes stand behind all rows of a delta. */
const deletesAfter = 1e9;

/** Columns of the table, for catalogs. */
const fakeColumns = ['id', 'createdon', 'modifiedon', 'versionnumber', 'name'] as const;

/** The table's description. */
export function fakeDescription(tracked: boolean, without: readonly string[] = []): Table {
  return {
    logicalName: 'thing',
    setName: 'things',
    key: 'id',
    kind: 'standard',
    changeTracking: tracked,
    custom: false,
    columns: fakeColumns
      .filter((name) => !without.includes(name))
      .map((name) => ({ name, logicalName: name, type: name === 'id' ? 'guid' : 'string' })),
  };
}

/** An empty table. `concurrency` is what its client says. */
export function createFakeTable(concurrency: number): FakeTable {
  const rows = new Map<string, FakeRow>();
  const deleted = new Map<string, number>();
  const requests: string[] = [];
  let version = 100;
  const table: FakeTable = {
    rows,
    requests,
    interfere: () => undefined,
    expiredBelow: 0,
    tracked: true,
    tellsOldDeletes: false,
    now: 0,
    put(id, at, changes = {}) {
      version += 1;
      const known = rows.get(id);
      if (!table.tellsOldDeletes) deleted.delete(id);
      rows.set(id, {
        id,
        createdon: known?.createdon ?? at,
        modifiedon: at,
        name: `v${version}`,
        ...changes,
        version,
      });
    },
    remove(id) {
      if (!rows.delete(id)) return;
      version += 1;
      deleted.set(id, version);
    },
    client: {
      environment: { host: 'fake', origin: 'https://fake', base },
      concurrency,
      requests: 0,
      now: () => table.now,
      async get(request) {
        requests.push(request.url);
        await new Promise<void>((resolve) => setImmediate(resolve));
        request.signal?.throwIfAborted();
        table.interfere();
        return answer(request);
      },
      stream: () => Promise.reject(new Error('not asked')),
      close: () => Promise.resolve(),
    },
  };

  const answer = (request: Request): Answer => {
    const url = new URL(request.url, base);
    if (url.pathname.includes('RetrieveTotalRecordCount'))
      return ok({ EntityRecordCountCollection: { Keys: ['thing'], Values: [rows.size] } });
    const option = (name: string): string | undefined => url.searchParams.get(`$${name}`) ?? undefined;
    const size = Number(
      request.prefer?.find((each) => each.startsWith('odata.maxpagesize='))?.split('=')[1] ?? 5000,
    );
    const cookie = option('skiptoken') === undefined ? undefined : JSON.parse(option('skiptoken') ?? '');
    const track = request.prefer?.includes('odata.track-changes') || cookie?.version !== undefined;
    const token = option('deltatoken') ?? cookie?.token;
    if ((track || token !== undefined) && !table.tracked)
      throw new ConnectorError('config', "Entity thing isn't enabled for change tracking.", {
        code: '0x80072491',
      });
    const select = option('select')?.split(',') ?? [];
    if (token !== undefined) return ok(changes(url, Number(token), cookie?.after ?? 0, size, cookie?.upto));
    const order = (option('orderby') ?? 'id asc').split(',').map((each) => each.split(' '));
    const filter = option('filter');
    const compare = (one: FakeRow, other: FakeRow): number => {
      for (const [column = 'id', direction] of [...order, ['id', 'asc']]) {
        const [a, b] = [columnOf(one, column), columnOf(other, column)];
        if (a !== b) return ((a ?? -1) < (b ?? -1) ? -1 : 1) * (direction === 'desc' ? -1 : 1);
      }
      return 0;
    };
    const after = cookie?.row as FakeRow | undefined;
    const found = [...rows.values()]
      .filter((row) => filter === undefined || matches(row, filter))
      .filter((row) => after === undefined || compare(after, row) < 0)
      .sort(compare);
    const page = found.slice(0, Number(option('top') ?? size));
    const more = option('top') === undefined && found.length > page.length;
    const begun = cookie?.version ?? version;
    return ok({
      value: page.map((row) => wire(row, select)),
      ...(track && !more ? { '@odata.deltaLink': `${base}things?$deltatoken=${begun}` } : {}),
      ...(more
        ? { '@odata.nextLink': link(url, { row: page.at(-1), ...(track ? { version: begun } : {}) }) }
        : {}),
    });
  };

  const changes = (
    url: URL,
    token: number,
    after: number,
    size: number,
    upto: number | undefined,
  ): unknown => {
    const select = url.searchParams.get('$select')?.split(',') ?? [];
    if (token < table.expiredBelow)
      throw new ConnectorError('expired_token', 'Version stamp associated with the client has expired.', {});
    const until = upto ?? version;
    // After the last entry's version, rows before deletes: a row that changes meanwhile moves behind, nothing is skipped.
    const entries = [
      ...[...rows.values()].map((row) => ({ row, id: row.id, place: row.version })),
      ...[...deleted].map(([id, at]) => ({ row: undefined, id, place: at + deletesAfter })),
    ]
      .filter(({ place }) => place % deletesAfter > token && place > after)
      .sort((one, other) => one.place - other.place);
    const page = entries.slice(0, size);
    const more = entries.length > size;
    return {
      '@odata.context': `${base}$metadata#things/$delta`,
      ...(more ? {} : { '@odata.deltaLink': `${base}things?$deltatoken=${until}` }),
      value: page.map(({ row, id }) =>
        row
          ? wire(row, select)
          : { '@odata.context': `${base}$metadata#things/$deletedEntity`, id, reason: 'deleted' },
      ),
      ...(more ? { '@odata.nextLink': link(url, { token, after: page.at(-1)?.place, upto: until }) } : {}),
    };
  };
  return table;
}

function ok(body: unknown): Answer {
  return {
    status: 200,
    headers: {},
    body: Buffer.from(JSON.stringify(body)),
    milliseconds: 1,
    release: () => undefined,
  };
}

function link(url: URL, cookie: unknown): string {
  const next = new URL(url);
  next.searchParams.set('$skiptoken', JSON.stringify(cookie));
  return next.href;
}

function columnOf(row: FakeRow, column: string): number | string | null {
  if (column === 'versionnumber') return row.version;
  return column === 'createdon' || column === 'modifiedon' ? row[column] : row.id;
}

/** `a ge x and (b lt y or b eq null)`, the only filters that sync makes. */
function matches(row: FakeRow, filter: string): boolean {
  const holds = (condition: string): boolean => {
    const [column = '', operator, operand = ''] = condition.split(' ');
    const value = columnOf(row, column);
    if (operand === 'null') return (value === null) === (operator === 'eq');
    if (value === null) return false;
    const bound =
      column === 'id'
        ? operand
        : column === 'versionnumber'
          ? Number(operand)
          : (parseInstant(operand) ?? 0) * 1000;
    if (operator === 'ge') return value >= bound;
    if (operator === 'gt') return value > bound;
    return operator === 'lt' && value < bound;
  };
  const conditions = filter.replaceAll(/[()]/g, '').split(' and ');
  return conditions.every((condition) => condition.split(' or ').some(holds));
}

function wire(row: FakeRow, select: readonly string[]): Record<string, unknown> {
  const time = (at: number | null): string | null =>
    at === null ? null : formatInstant(Math.floor(at / 1000));
  const all: Record<string, unknown> = {
    createdon: time(row.createdon),
    modifiedon: time(row.modifiedon),
    versionnumber: row.version,
    name: row.name,
  };
  const kept = Object.entries(all).filter(([name]) => select.includes(name));
  return { '@odata.etag': `W/"${row.version}"`, ...Object.fromEntries(kept), id: row.id };
}
