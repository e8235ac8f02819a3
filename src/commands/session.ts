import { choicesStream } from '../catalog/choices.ts';
import { streamsOf } from '../catalog/streams.ts';
import type { Stream } from '../catalog/types.ts';
import { unmatchedSettings } from '../catalog/unmatched.ts';
import type { Config } from '../config/types.ts';
import type { Log } from '../core/log.ts';
import type { Redactor } from '../core/redact.ts';
import { type ClientOptions, createClient } from '../dataverse/client.ts';
import { discover } from '../dataverse/metadata/discover.ts';
import type { Wanted } from '../dataverse/metadata/wanted.ts';
import type { Client, WaitListener } from '../dataverse/types.ts';
import type { Output } from '../output/types.ts';
import type { Protocol } from '../protocol/protocol.ts';

/** What a command works with. */
export interface Session {
  readonly protocol: Protocol;
  readonly config: Config;
  readonly output: Output;
  readonly log: Log;
  /** Aborted by SIGTERM and SIGINT. */
  readonly signal: AbortSignal;
  /** Masks secrets in lines that are not records. */
  readonly redact: Redactor;
  /** Time and network of another kind, for tests; by default the computer's. */
  readonly means?: Pick<ClientOptions, 'clock' | 'random' | 'dispatcher'>;
}

/** Runs `work` with a client of the configured environment, and closes it whatever happens. */
export async function withClient<T>(
  { config, log, redact, means }: Session,
  onWait: WaitListener,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await createClient(config, { ...means, log, onWait, redact });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** The streams of the environment: those that a catalog names, or those that the configuration wants. */
export async function streamsFor(
  { config, log }: Session,
  client: Client,
  names: readonly string[] | undefined,
  found?: (logicalNames: readonly string[]) => void,
): Promise<readonly Stream[]> {
  const { tables } = await discover(client, wantedBy(config, names), log, found);
  const streams = streamsOf(tables, config).map((stream) =>
    config.tables.some((word) => word === 'custom') ? stream : { ...stream, standard: true },
  );
  // A catalog may select less than the settings speak of.
  if (names === undefined) for (const text of unmatchedSettings(config, streams)) log.log('warn', text);
  return config.choicesStream ? [...streams, choicesStream(streams)] : streams;
}

/** The stream of choices tells of all tables that the configuration wants, whichever others a catalog selects. */
function wantedBy(config: Config, names: readonly string[] | undefined): Wanted {
  const { tables, excludeTables } = config;
  if (names === undefined) return { tables, excludeTables };
  return config.choicesStream && names.includes('choices')
    ? { tables: [...tables, ...names], excludeTables }
    : { setNames: names };
}
