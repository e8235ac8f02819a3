import { type Session, streamsFor, withClient } from './session.ts';

/** Prints the catalog of the environment. */
export async function runDiscover(session: Session): Promise<number> {
  const streams = await withClient(session, ignoreWaits, (client) => streamsFor(session, client, undefined));
  await session.output.write(session.protocol.catalog(streams, { deletes: session.config.deletes }));
  return 0;
}

function ignoreWaits(): void {}
