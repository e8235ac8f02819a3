import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An endpoint for tokens of managed identities, on this machine: plain HTTP, as the real ones are. */
export interface TokenEndpoint {
  readonly origin: string;
  /** Requests seen, oldest first. */
  readonly asked: readonly IncomingMessage[];
  /** Answers all requests from now on, and forgets those seen. */
  answer(status: number, body: unknown): void;
  close(): void;
}

export async function tokenEndpoint(): Promise<TokenEndpoint> {
  const asked: IncomingMessage[] = [];
  let answered: readonly [number, unknown] = [404, {}];
  const server = createServer((request, response) => {
    asked.push(request);
    const [status, body] = answered;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer(status, body) {
      asked.length = 0;
      answered = [status, body];
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
