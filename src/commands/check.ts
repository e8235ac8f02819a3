import { asConnectorError, ConnectorError } from '../core/errors.ts';
import { whoAmI } from '../dataverse/ask.ts';
import { diagnose, unreadableTables } from '../dataverse/diagnose.ts';
import type { Client } from '../dataverse/types.ts';
import type { CheckOutcome } from '../protocol/protocol.ts';
import { type Session, streamsFor, withClient } from './session.ts';

/** A person waits for the answer, and the Airbyte platform does no longer than nine minutes. */
const longestWaitSeconds = 60;

/** Signs in, asks who we are, reads a row of each selected table, and says what to do where that fails. */
export async function runCheck(session: Session): Promise<number> {
  const { protocol, output } = session;
  const { bytes, exitCode } = protocol.checkResult(await outcomeOf(session));
  await output.write(session.redact(bytes));
  return exitCode;
}

async function outcomeOf(session: Session): Promise<CheckOutcome> {
  const maxWaitSeconds = Math.min(session.config.maxWaitSeconds, longestWaitSeconds);
  const hasty = { ...session, config: { ...session.config, maxWaitSeconds } };
  try {
    return {
      ok: true,
      message: await withClient(
        hasty,
        () => undefined,
        (client) => examine(hasty, client),
      ),
    };
  } catch (thrown) {
    return { ok: false, error: asConnectorError(thrown) };
  }
}

async function examine(session: Session, client: Client): Promise<string> {
  const me = await whoAmI(client);
  const streams = (await streamsFor(session, client, undefined)).filter(({ source }) => source === undefined);
  if (streams.length === 0) {
    throw new ConnectorError(
      'config',
      'No table of the environment matches the settings tables and exclude_tables.',
    );
  }
  const { readable, unreadable, warnings } = await diagnose(
    client,
    me,
    streams.map(({ table }) => table),
  );
  for (const warning of warnings) session.log.log('warn', warning);
  if (unreadable.length > 0) throw unreadableTables(unreadable, streams.length);
  return `Signed in; ${readable} tables can be read.`;
}
