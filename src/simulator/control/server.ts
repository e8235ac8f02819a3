import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Fault } from '../faults/types.ts';
import type { ColumnSpec } from '../schema/spec.ts';
import type { Backup } from './backup.ts';
import type { Changes, Transaction } from './changes.ts';
import type { Control } from './control.ts';
import { ControlError } from './input.ts';
import type { WriterPlan } from './writer.ts';

/** Transactions and backups are told apart by number over HTTP. */
interface Session {
  readonly control: Control;
  readonly transactions: Map<string, Transaction>;
  readonly backups: Map<string, Backup>;
}

interface Call {
  readonly session: Session;
  /** Where changes go: straight to the rows, or to the transaction named by `?transaction=`. */
  readonly changes: Changes;
  /** Parts of the path, decoded. */
  readonly parts: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
  readonly list: readonly unknown[];
}

type Handler = (call: Call) => unknown;

const number = (body: Call['body'], name: string): number => {
  const value = body[name];
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ControlError(`"${name}" must be a number`);
  return value;
};
const text = (value: unknown, name: string): string => {
  if (typeof value !== 'string' || value === '') throw new ControlError(`"${name}" must be text`);
  return value;
};
const kept = <T>(things: Map<string, T>, thing: T): string => {
  const id = String(things.size + 1);
  things.set(id, thing);
  return id;
};
const named = <T>(things: Map<string, T>, id: string, what: string): T => {
  const thing = things.get(id);
  if (thing === undefined) throw new ControlError(`there is no ${what} ${id}`);
  return thing;
};

/** Method and path -> what it does. Bodies and answers are JSON; `GET /rows/{table}` is NDJSON. */
const handlers: readonly (readonly [method: string, path: string, handler: Handler])[] = [
  ['GET', 'tables', ({ session }) => session.control.tables()],
  ['POST', 'rows/*', ({ changes, parts, list }) => ({ keys: changes.create(parts[0] ?? '', list) })],
  ['PATCH', 'rows/*/*', ({ changes, parts, body }) => changes.update(parts[0] ?? '', parts[1] ?? '', body)],
  ['DELETE', 'rows/*/*', ({ changes, parts }) => changes.remove(parts[0] ?? '', parts[1] ?? '')],
  ['POST', 'touch/*', ({ changes, parts, list }) => changes.touch(parts[0] ?? '', list.map(String))],
  [
    'POST',
    'retain/*',
    ({ session, parts, list }) => session.control.retain(parts[0] ?? '', list.map(String)),
  ],
  [
    'POST',
    'bulk/*',
    ({ changes, parts, body }) => {
      const at = body['at'] === undefined ? undefined : Date.parse(String(body['at']));
      if (at !== undefined && Number.isNaN(at)) throw new ControlError('"at" must be a date with time');
      return { keys: changes.bulk(parts[0] ?? '', number(body, 'count'), at) };
    },
  ],
  [
    'POST',
    'transactions',
    ({ session }) => ({ transaction: kept(session.transactions, session.control.begin()) }),
  ],
  [
    'POST',
    'transactions/*/commit',
    ({ session, parts }) => named(session.transactions, parts[0] ?? '', 'transaction').commit(),
  ],
  ['POST', 'backups', ({ session }) => ({ backup: kept(session.backups, session.control.backup()) })],
  [
    'POST',
    'backups/*/restore',
    ({ session, parts }) => session.control.restore(named(session.backups, parts[0] ?? '', 'backup')),
  ],
  [
    'POST',
    'schema/*/columns',
    ({ session, parts, body }) => session.control.addColumn(parts[0] ?? '', body as unknown as ColumnSpec),
  ],
  [
    'DELETE',
    'schema/*/columns/*',
    ({ session, parts }) => session.control.dropColumn(parts[0] ?? '', parts[1] ?? ''),
  ],
  [
    'POST',
    'schema/*/columns/*/options',
    ({ session, parts, body }) =>
      session.control.addOption(parts[0] ?? '', parts[1] ?? '', {
        value: number(body, 'value'),
        label: text(body['label'], 'label'),
      }),
  ],
  [
    'POST',
    'schema/*/tracking',
    ({ session, parts, body }) => {
      if (typeof body['enabled'] !== 'boolean') throw new ControlError('"enabled" must be true or false');
      session.control.setTracking(parts[0] ?? '', body['enabled']);
    },
  ],
  [
    'POST',
    'writers',
    ({ session, body }) =>
      session.control.startWriter({ ...body, table: text(body['table'], 'table') } satisfies WriterPlan),
  ],
  ['DELETE', 'writers', ({ session }) => session.control.stopWriters()],
  ['GET', 'switches', ({ session }) => session.control.switches()],
  ['PATCH', 'switches', ({ session, body }) => session.control.setSwitches(body)],
  [
    'GET',
    'users',
    ({ session }) =>
      session.control.users().map(({ secret, ...user }) => ({ ...user, client_secret: secret })),
  ],
  ['POST', 'users', ({ session, body }) => session.control.addUser(body)],
  ['PATCH', 'users/*', ({ session, parts, body }) => session.control.changeUser(body, parts[0])],
  [
    'POST',
    'faults',
    ({ session, list }) => ({ faults: list.map((fault) => session.control.addFault(fault as Fault)) }),
  ],
  ['GET', 'faults', ({ session }) => session.control.faults()],
  ['DELETE', 'faults', ({ session }) => session.control.clearFaults()],
  ['DELETE', 'faults/*', ({ session, parts }) => session.control.removeFault(parts[0] ?? '')],
  ['GET', 'limits', ({ session }) => session.control.limits()],
  ['PATCH', 'limits', ({ session, body }) => session.control.setLimits(body)],
  ['GET', 'tally', ({ session }) => session.control.requestTally()],
  ['GET', 'requests', ({ session }) => session.control.requests()],
  ['DELETE', 'requests', ({ session }) => session.control.clearRequests()],
  ['GET', 'clock', ({ session }) => ({ now: new Date(session.control.now()).toISOString() })],
  [
    'POST',
    'clock',
    ({ session, body }) => {
      session.control.advance(number(body, 'advance_seconds') * 1000);
      return { now: new Date(session.control.now()).toISOString() };
    },
  ],
  ['POST', 'tokens/expire', ({ session }) => session.control.expireTokens()],
];

/** The control surface over HTTP: loopback only, apart from everything that Dataverse serves. */
export function createControlServer(control: Control): Server {
  const session: Session = { control, transactions: new Map(), backups: new Map() };
  return createServer((incoming, response) => {
    serve(session, incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error instanceof ControlError) send(response, 400, { error: error.message });
      else send(response, 500, { error: String(error) });
    });
  });
}

async function serve(session: Session, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const segments = url.pathname.slice(1).split('/').map(decodeURIComponent);
  const [first = '', table = ''] = segments;
  if (incoming.method === 'GET' && first === 'rows' && segments.length === 2) {
    session.control.count(table);
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    await pipeline(
      Readable.from(lines(session.control.rows(table, url.searchParams.get('annotations') ?? undefined))),
      response,
    );
    return;
  }
  const found = handlers.find(([method, path]) => method === incoming.method && fits(path, segments));
  if (found === undefined) {
    send(response, 404, { error: `there is no ${incoming.method} ${url.pathname}` });
    return;
  }
  const [, path, handler] = found;
  const body = await readBody(incoming);
  const transaction = url.searchParams.get('transaction');
  const result = handler({
    session,
    changes: transaction === null ? session.control : named(session.transactions, transaction, 'transaction'),
    parts: segments.filter((_, place) => path.split('/')[place] === '*'),
    body:
      typeof body === 'object' && body !== null && !Array.isArray(body)
        ? (body as Record<string, unknown>)
        : {},
    list: Array.isArray(body) ? body : [body],
  });
  if (result === undefined) response.writeHead(204).end();
  else send(response, 200, result);
}

const fits = (path: string, segments: readonly string[]): boolean => {
  const wanted = path.split('/');
  return (
    wanted.length === segments.length &&
    wanted.every((part, place) => part === '*' || part === segments[place])
  );
};

function* lines(rows: Iterable<string>): Generator<string> {
  for (const row of rows) yield `${row}\n`;
}

async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ControlError('the body is not JSON');
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
