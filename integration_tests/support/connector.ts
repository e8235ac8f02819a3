import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { Agent, buildConnector } from 'undici';
import { runDiscover } from '../../src/commands/discover.ts';
import { runRead } from '../../src/commands/read.ts';
import type { Session } from '../../src/commands/session.ts';
import { testConfig } from '../../src/config/config.testing.ts';
import type { Config } from '../../src/config/types.ts';
import { consequences } from '../../src/core/consequences.ts';
import { asConnectorError, type ConnectorError } from '../../src/core/errors.ts';
import { redactor } from '../../src/core/redact.ts';
import { secret } from '../../src/core/secret.ts';
import { createOutput } from '../../src/output/writer.ts';
import { airbyte } from '../../src/protocol/airbyte/airbyte.ts';
import { singer } from '../../src/protocol/singer/singer.ts';
import type { Simulator } from '../../src/simulator/index.ts';
import { selectAll } from './catalog.ts';
import { countRequests, type Flight, type UnderWay } from './in-flight.ts';
import { createScratch, type Message, messagesOf } from './program.ts';
import type { SharedTime } from './shared-time.ts';
import { virtualClock } from './virtual-clock.ts';
import type { ProtocolName } from './ways.ts';

const speakers = { singer, airbyte } as const;

/** How to read, for a catalog and for a read. */
export interface Reading {
  readonly protocol: ProtocolName;
  readonly config?: Partial<Config>;
  /** A catalog file. */
  readonly catalog: Message;
  /** What the state file holds, if there is one. */
  readonly state?: unknown;
  /** Takes the output; default: all of it, at once. */
  readonly take?: (lines: Buffer) => Promise<void>;
  /** Keep the messages. Default: true; false for reads that are too large. */
  readonly keep?: boolean;
  readonly signal?: AbortSignal;
}

/** What came of a read. */
export interface Read {
  readonly messages: readonly Message[];
  /** As the executables have it; undefined when the run was stopped by its signal. */
  readonly exitCode: number | undefined;
  /** By stream; under the empty name what ended the run as a whole. */
  readonly errors: ReadonlyMap<string, ConnectorError>;
  readonly log: readonly { readonly level: string; readonly text: string }[];
  /** Milliseconds that the connector waited, which took no time. */
  readonly waited: number;
}

/**
 * The connector within this process, against a simulator, in time of its own: waits of minutes take none. Discovery,
 * client, sockets, engine and protocols are the real ones; only the executable around them is missing.
 */
export interface Connector {
  /** A catalog file that selects these tables (by set name) with all of their columns. */
  catalog(
    tables: readonly string[],
    reading: Pick<Reading, 'protocol' | 'config'> & { readonly full: boolean },
  ): Promise<Message>;
  read(reading: Reading): Promise<Read>;
  /** Resolves when a read stands still: it has asked for nothing for a few turns of the event loop. */
  standstill(): Promise<void>;
  /** Where the key sets are kept, unless the configuration says otherwise. */
  readonly folder: string;
  close(): Promise<void>;
}

/** What a test may put between the connector and the service. */
export interface Path {
  /** Milliseconds by which our clock is ahead of the service's; below 0: behind it. */
  readonly ahead?: number;
  /** How connections are made. */
  readonly connect?: Partial<buildConnector.BuildOptions>;
  /** Makes them in another way, by a function that makes them as they should be. */
  readonly connecting?: (connect: buildConnector.connector) => buildConnector.connector;
  /** Told of each request before it leaves. */
  readonly sending?: (path: string) => void;
  /** Every request has a connection of its own. */
  readonly reconnects?: boolean;
  /** The simulator's own time, where the connector's is the same. */
  readonly time?: SharedTime;
}

/** A connector for a simulated environment. */
export function createConnector(simulator: Simulator, path: Path = {}): Connector {
  const { ready, control } = simulator;
  const scratch = createScratch();
  const port = new URL(`https://${ready.environment_url}`).port;
  const connect = buildConnector({ ca: readFileSync(ready.ca_file, 'utf8'), ...path.connect });
  const agent = new Agent({ connect: path.connecting?.(connect) ?? connect });
  const wayOut = path.reconnects
    ? agent.compose((dispatch) => (options, handler) => dispatch({ ...options, reset: true }, handler))
    : agent;

  let underWay: Flight['underWay'] = () => new Set();

  const meansOf = ({ time, sending, ahead = 0 }: Path) => {
    if (time !== undefined) return { clock: time.clock, dispatcher: time.watch(wayOut) };
    const flight = countRequests(wayOut, sending);
    underWay = flight.underWay;
    const stalled = stalledAnswers(simulator, flight);
    const clock = virtualClock(control.now() + ahead, { underWay: () => flight.underWay().size, stalled });
    return { clock, dispatcher: flight.dispatcher };
  };

  const sessionOf = (
    { protocol, config, signal }: Pick<Reading, 'protocol' | 'config' | 'signal'>,
    take: (lines: Buffer) => Promise<void>,
  ) => {
    const { clock, dispatcher } = meansOf(path);
    const log: { level: string; text: string }[] = [];
    const session: Session = {
      protocol: speakers[protocol],
      config: testConfig({
        // A name, so that it is looked up.
        environmentHost: 'localhost',
        environmentOrigin: `https://localhost:${port}`,
        authorityHost: `https://localhost:${port}`,
        credentials: {
          kind: 'secret',
          tenantId: ready.tenant_id,
          clientId: ready.client_id,
          clientSecret: secret(ready.client_secret),
        },
        anchorDate: '2000-01-01T00:00:00Z',
        requestsPerSecond: 1000,
        lookupTypes: false,
        keySetDirectory: scratch.folder,
        ...config,
      }),
      output: createOutput(take),
      log: { log: (level, text) => void log.push({ level, text }), metric: () => undefined },
      signal: signal ?? new AbortController().signal,
      redact: redactor([]),
      means: { clock, dispatcher, random: () => 0.5 },
    };
    return { session, log, clock };
  };

  return {
    folder: scratch.folder,
    async catalog(tables, { protocol, config, full }) {
      const lines: Buffer[] = [];
      const { session } = sessionOf({ protocol, config: { ...config, tables } }, async (taken) => {
        lines.push(taken);
      });
      await runDiscover(session);
      const found = JSON.parse(Buffer.concat(lines).toString());
      return selectAll(protocol, found.catalog ?? found, full);
    },
    async read(reading) {
      const taken: Buffer[] = [];
      const { session, log, clock } = sessionOf(reading, async (lines) => {
        await reading.take?.(lines);
        // The memory is used for other lines afterwards.
        if (reading.keep ?? true) taken.push(Buffer.from(lines));
      });
      const { state } = reading;
      const from = clock.now();
      const options = {
        catalog: scratch.write('catalog.json', reading.catalog),
        state: state === undefined ? undefined : scratch.write('state.json', state),
        test: undefined,
        observe: () => undefined,
      };
      const errors = await runRead(session, options).catch(
        (thrown: unknown) => new Map([['', asConnectorError(thrown)]]),
      );
      const waited = clock.now() - from;
      // What the connector waited has passed for the environment, too.
      if (path.time === undefined) control.advance(waited);
      const codes = [...errors.values()].map((error) => consequences[error.kind].exitCode);
      return {
        messages: messagesOf(Buffer.concat(taken).toString()),
        exitCode: reading.signal?.aborted ? undefined : Math.max(0, ...codes),
        errors,
        log,
        waited,
      };
    },
    async standstill() {
      for (let quiet = 0; quiet < 20; quiet = underWay().size === 0 ? quiet + 1 : 0) await turn();
    },
    async close() {
      await agent.destroy();
      scratch.close();
    },
  };
}

/** Counts the requests under way whose answers the simulator holds back, by its log from here on. */
function stalledAnswers({ control }: Simulator, flight: Flight): () => number {
  const before = control.requests().length;
  return () => {
    const stalls = control
      .faults()
      .some(({ fault, strikes }) => strikes > 0 && fault.kind.startsWith('stall'));
    if (!stalls) return 0;
    const log = control.requests().slice(before);
    // The log has a request when its answer begins: a repeated one may not have come so far.
    const isStalled = ({ path, attempt }: UnderWay): boolean =>
      log.filter(({ url }) => url === path)[attempt - 1]?.fault?.startsWith('stall') ?? false;
    return [...flight.underWay()].filter(isStalled).length;
  };
}
