import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Certificate } from './certificate.ts';
import { acceptsBrotli, acceptsGzip, header, type Reply, type Request } from './http.ts';
import { handle, type Simulation } from './pipeline.ts';

const compress = promisify(gzip);
const compressBrotli = promisify(brotliCompress);
/** Smaller bodies go out as they are. */
const worthCompressing = 1024;

/** Serves Dataverse and sign-in over HTTPS. */
export function createDataverseServer(simulation: Simulation, certificate: Certificate): Server {
  return createServer(
    { key: certificate.key, cert: certificate.cert, keepAliveTimeout: 60_000, maxHeaderSize: 131_072 },
    ((incoming, response) => {
      serve(simulation, incoming, response).catch((error: unknown) => {
        console.error('dataverse-simulator: an answer could not be sent', error);
        response.destroy();
      });
    }) satisfies RequestListener,
  );
}

async function serve(
  simulation: Simulation,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = await readRequest(simulation, incoming);
  const reply = await handle(simulation, request);
  const sent = await encoded(request, reply, simulation.world.switches.brotli);
  const headers = [
    ...sent.headers,
    ['Date', new Date(request.at).toUTCString()],
    ...(reply.status === 204 ? [] : [['Content-Length', String(Buffer.byteLength(sent.body))]]),
  ];
  response.sendDate = false;
  response.writeHead(reply.status, headers.flat());
  response.end(request.method === 'HEAD' ? undefined : sent.body);
  simulation.log.add({
    at: new Date(request.at).toISOString(),
    method: request.method,
    url: request.target,
    headers: loggedHeaders(incoming),
    status: reply.status,
    request_id: sent.headers.find(([name]) => name === 'REQ_ID')?.[1],
    bytes: Buffer.byteLength(sent.body),
  });
}

async function readRequest(simulation: Simulation, incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const target = incoming.url ?? '/';
  const at = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    target,
    path: at < 0 ? target : target.slice(0, at),
    query: at < 0 ? '' : target.slice(at + 1),
    headers: incoming.headers,
    body: Buffer.concat(chunks),
    origin: `https://${incoming.headers.host ?? 'localhost'}`,
    at: simulation.world.clock.now(),
  };
}

/** Compresses what is worth it, for clients that can read it. */
async function encoded(request: Request, reply: Reply, brotli: boolean): Promise<Reply> {
  const gzipped: readonly [string, string] = ['Content-Encoding', 'gzip'];
  if (reply.compressed) return { ...reply, headers: [...reply.headers, gzipped] };
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  if (body.length < worthCompressing) return { ...reply, body };
  if (brotli && acceptsBrotli(request)) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 1 };
    return {
      ...reply,
      headers: [...reply.headers, ['Content-Encoding', 'br']],
      body: await compressBrotli(body, { params }),
    };
  }
  if (!acceptsGzip(request)) return { ...reply, body };
  return {
    ...reply,
    headers: [...reply.headers, gzipped],
    body: await compress(body, { level: constants.Z_BEST_SPEED }),
  };
}

/** The log is readable by anybody on the machine, so it holds no token. */
function loggedHeaders(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.keys(incoming.headers).map((name) => [
      name,
      name === 'authorization'
        ? 'Bearer ***'
        : (header({ headers: incoming.headers } as Request, name) ?? ''),
    ]),
  );
}

/** Listens on 127.0.0.1 and tells the port. */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export async function stop(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close').catch(() => undefined);
}
