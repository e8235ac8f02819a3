import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Control } from './control.ts';
import { ControlError } from './input.ts';

type Handler = (control: Control, match: RegExpExecArray, body: unknown) => unknown;

const number = (body: unknown, name: string): number => {
  const value =
    typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ControlError(`"${name}" must be a number`);
  return value;
};
const part = (match: RegExpExecArray, place: number): string => decodeURIComponent(match[place] ?? '');

/** Method and path -> what it does. Bodies and answers are JSON; `GET /rows/{table}` is NDJSON. */
const handlers: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
  ['GET', /^\/tables$/, (control) => control.tables()],
  [
    'POST',
    /^\/rows\/([^/]+)$/,
    (control, match, body) => ({ keys: control.create(part(match, 1), Array.isArray(body) ? body : [body]) }),
  ],
  [
    'PATCH',
    /^\/rows\/([^/]+)\/([^/]+)$/,
    (control, match, body) => control.update(part(match, 1), part(match, 2), body),
  ],
  [
    'DELETE',
    /^\/rows\/([^/]+)\/([^/]+)$/,
    (control, match) => control.remove(part(match, 1), part(match, 2)),
  ],
  [
    'POST',
    /^\/bulk\/([^/]+)$/,
    (control, match, body) => {
      const at = (body as { at?: unknown } | undefined)?.at;
      const time = at === undefined ? undefined : Date.parse(String(at));
      if (time !== undefined && Number.isNaN(time)) throw new ControlError('"at" must be a date with time');
      return { keys: control.bulk(part(match, 1), number(body, 'count'), time) };
    },
  ],
  ['GET', /^\/requests$/, (control) => control.requests()],
  ['DELETE', /^\/requests$/, (control) => control.clearRequests()],
  ['GET', /^\/clock$/, (control) => ({ now: new Date(control.now()).toISOString() })],
  [
    'POST',
    /^\/clock$/,
    (control, _, body) => {
      control.advance(number(body, 'advance_seconds') * 1000);
      return { now: new Date(control.now()).toISOString() };
    },
  ],
  ['POST', /^\/tokens\/expire$/, (control) => control.expireTokens()],
];

/** The control surface over HTTP: loopback only, apart from everything that Dataverse serves. */
export function createControlServer(control: Control): Server {
  return createServer((incoming, response) => {
    serve(control, incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error instanceof ControlError) send(response, 400, { error: error.message });
      else send(response, 500, { error: String(error) });
    });
  });
}

async function serve(control: Control, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '/', query] = (incoming.url ?? '/').split('?');
  const rows = /^\/rows\/([^/]+)$/.exec(path);
  if (incoming.method === 'GET' && rows !== null) {
    control.count(part(rows, 1));
    response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
    const annotations = new URLSearchParams(query).get('annotations') ?? undefined;
    await pipeline(Readable.from(lines(control.rows(part(rows, 1), annotations))), response);
    return;
  }
  const found = handlers.find(([method, pattern]) => method === incoming.method && pattern.test(path));
  if (found === undefined) {
    send(response, 404, { error: `there is no ${incoming.method} ${path}` });
    return;
  }
  const [, pattern, handler] = found;
  const match = pattern.exec(path);
  const result = match === null ? undefined : handler(control, match, await readBody(incoming));
  if (result === undefined) response.writeHead(204).end();
  else send(response, 200, result);
}

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
