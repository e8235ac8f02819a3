import { createServer, type Server } from 'node:net';
import type { buildConnector } from 'undici';
import type { Simulator } from '../../../src/simulator/index.ts';
import { type Connector, createConnector } from '../../support/connector.ts';
import type { AtWork, Begin } from './cell.ts';
import type { Nature } from './faults.ts';

type Connect = buildConnector.connector;

/** A fault of connections, as a row of the matrix: what comes of an attempt to connect. */
export interface ConnectionFault extends Nature {
  /** Connects wrongly. */
  readonly connect: (where: Elsewhere) => Connect;
}

/** Where connections end that go astray. */
export interface Elsewhere {
  readonly connect: Connect;
  /** A port whose server has a certificate of an authority that nobody trusts. */
  readonly untrusted: string;
  /** A port whose server hangs up in the middle of the handshake. */
  readonly rude: string;
}

const lookupFails =
  (code: string): ConnectionFault['connect'] =>
  () =>
  ({ hostname }, callback) =>
    callback(Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), { code, hostname }), null);

/** Every fault that keeps a connection from being made. */
export const connectionFaults: readonly ConnectionFault[] = [
  { name: 'DNS: the name is not found', connect: lookupFails('ENOTFOUND') },
  { name: 'DNS: the name server does not answer', connect: lookupFails('EAI_AGAIN') },
  {
    name: 'TLS: the certificate is not trusted',
    fatal: true,
    connect:
      ({ connect, untrusted }) =>
      (options, callback) =>
        connect({ ...options, port: untrusted }, callback),
  },
  {
    name: 'TLS: the handshake breaks off',
    connect:
      ({ connect, rude }) =>
      (options, callback) =>
        connect({ ...options, port: rude }, callback),
  },
];

/** A connector whose connections can be made to fail. */
export interface Breakable {
  readonly connector: Connector;
  /** Lets them fail in this way, as a fault of the matrix. */
  begin(fault: ConnectionFault): Begin;
  close(): Promise<void>;
}

interface Failing extends AtWork {
  readonly connect: ConnectionFault['connect'];
  readonly times: number;
  readonly after: number;
  seen: number;
  struck: number;
}

/** A connector for `simulator`, each of whose requests makes a connection of its own. */
export async function breakable(simulator: Simulator, untrusted: Simulator): Promise<Breakable> {
  const rude = await hangsUp();
  let failing: Failing | undefined;
  const connector = createConnector(simulator, {
    reconnects: true,
    sending: (path) => {
      if (failing !== undefined && path.includes('/accounts?')) failing.seen += 1;
    },
    connecting: (connect) => (options, callback) => {
      if (failing === undefined || failing.seen <= failing.after || failing.struck >= failing.times)
        return connect(options, callback);
      failing.struck += 1;
      const [, port = ''] = untrusted.ready.environment_url.split(':');
      return failing.connect({ connect, untrusted: port, rude: rude.port })(options, callback);
    },
  });
  return {
    connector,
    begin: (fault) => (times, after) => {
      const begun: Failing = {
        connect: fault.connect,
        times: times === 'always' ? Number.POSITIVE_INFINITY : times,
        after,
        seen: 0,
        struck: 0,
        strikes: () => begun.struck,
        end: () => {
          failing = undefined;
        },
      };
      failing = begun;
      return begun;
    },
    async close() {
      await connector.close();
      await rude.close();
    },
  };
}

/** A server that reads the beginning of a handshake and hangs up. */
async function hangsUp(): Promise<{ readonly port: string; close(): Promise<void> }> {
  const server: Server = createServer((socket) => socket.once('data', () => socket.destroy()));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { port: String(address.port), close: () => new Promise((done) => server.close(() => done())) };
}
