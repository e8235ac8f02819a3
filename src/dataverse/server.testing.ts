import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { Agent, type Dispatcher } from 'undici';

/** Answers one request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTPS server on this machine, and a dispatcher that trusts it. */
export interface TestServer {
  readonly origin: string;
  readonly certificate: string;
  readonly dispatcher: Dispatcher;
  /** Requests seen, oldest first. */
  readonly seen: readonly IncomingMessage[];
  /** What is answered from now on: each handler once, the last one for all that follow. */
  answer(...handlers: readonly Handler[]): void;
  close(): Promise<void>;
}

let identity: Promise<{ readonly cert: string; readonly private: string }> | undefined;

export async function testServer(): Promise<TestServer> {
  identity ??= generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const { cert, private: key } = await identity;
  const seen: IncomingMessage[] = [];
  let handlers: Handler[] = [];
  const server: Server = createServer({ cert, key }, (request, response) => {
    seen.push(request);
    const [handler] = handlers.length > 1 ? handlers.splice(0, 1) : handlers;
    if (handler === undefined) response.writeHead(404).end();
    else handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dispatcher = new Agent({ connect: { ca: cert } });
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate: cert,
    dispatcher,
    seen,
    answer: (...next) => {
      handlers = [...next];
    },
    async close() {
      await dispatcher.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json; odata.metadata=minimal', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Answers with Dataverse's error envelope. */
export function failure(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Handler {
  return json(status, { error: { code, message } }, headers);
}
