import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from './certificate.ts';
import { header, type Request } from './http.ts';
import { handle, type Simulation } from './pipeline.ts';
import { deliver, encoded } from './send.ts';

/** Serves Dataverse and sign-in over HTTPS. */
export function createDataverseServer(simulation: Simulation, certificate: Certificate): Server {
  // A reset needs the connection below TLS; the two know each other by the client's port.
  const connections = new Map<number | undefined, Socket>();
  const server = createServer(
    { key: certificate.key, cert: certificate.cert, keepAliveTimeout: 60_000, maxHeaderSize: 131_072 },
    ((incoming, response) => {
      const connection = connections.get(incoming.socket.remotePort);
      serve(simulation, incoming, response, connection).catch((error: unknown) => {
        if (!incoming.errored) console.error('dataverse-simulator: an answer could not be sent', error);
        response.destroy();
      });
    }) satisfies RequestListener,
  );
  server.on('connection', (connection: Socket) => {
    const { remotePort } = connection;
    connections.set(remotePort, connection);
    connection.once('close', () => {
      if (connections.get(remotePort) === connection) connections.delete(remotePort);
    });
  });
  return server;
}

async function serve(
  simulation: Simulation,
  incoming: IncomingMessage,
  response: ServerResponse,
  connection: Socket | undefined,
): Promise<void> {
  const ended = new AbortController();
  response.once('close', () => ended.abort());
  const request = await readRequest(simulation, incoming);
  const reply = await handle({ simulation, request, ended: ended.signal });
  const sent = await encoded(request, reply, simulation.world.switches.brotli);
  const length = Buffer.byteLength(sent.body);
  simulation.log.add({
    at: new Date(request.at).toISOString(),
    method: request.method,
    url: request.target,
    headers: loggedHeaders(incoming),
    status: reply.status,
    request_id: sent.headers.find(([name]) => name === 'REQ_ID')?.[1],
    bytes: length,
    fault: reply.strike?.fault.kind,
  });
  await deliver({
    response,
    status: reply.status,
    headers: [
      ...sent.headers,
      ['Date', new Date(request.at).toUTCString()],
      ...(reply.status === 204 ? [] : [framing(simulation, length)]),
    ],
    body: request.method === 'HEAD' ? '' : sent.body,
    strike: reply.strike,
    connection,
    ended: ended.signal,
  });
}

/** How the client knows where the body ends. */
function framing({ world }: Simulation, length: number): readonly [string, string] {
  return world.switches.bodyLength === 'told'
    ? ['Content-Length', String(length)]
    : ['Transfer-Encoding', 'chunked'];
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
