import { streamsOf } from '../catalog/streams.ts';
import type { Stream } from '../catalog/types.ts';
import type { Config } from '../config/types.ts';
import type { Log } from '../core/log.ts';
import type { Redactor } from '../core/redact.ts';
import { createClient } from '../dataverse/client.ts';
import { discover } from '../dataverse/metadata/discover.ts';
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
}

/** Runs `work` with a client of the configured environment, and closes it whatever happens. */
export async function withClient<T>(
  { config, log, redact }: Session,
  onWait: WaitListener,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await createClient(config, { log, onWait, redact });
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
): Promise<readonly Stream[]> {
  const wanted = names ? { setNames: names } : { tables: config.tables, excludeTables: config.excludeTables };
  const { tables } = await discover(client, wanted, log);
  return streamsOf(tables, config);
}
