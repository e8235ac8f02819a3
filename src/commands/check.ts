import { asConnectorError, ConnectorError } from '../core/errors.ts';
import { whoAmI } from '../dataverse/ask.ts';
import { diagnose, unreadableTables } from '../dataverse/diagnose.ts';
import type { Client } from '../dataverse/types.ts';
import type { CheckOutcome } from '../protocol/protocol.ts';
import { checkRowFilters } from '../sync/filters.ts';
import { type Session, streamsFor, withClient } from './session.ts';

/** A person waits for the answer, and the Airbyte platform does no longer than nine minutes. */
const longestWaitSeconds = 60;

/** Signs in, asks who we are, reads a row of each selected table, and says what to do where that fails. */
export async function runCheck(session: Session): Promise<number> {
  return tellOutcome(await outcomeOf(session), session);
}

/** Tells what `check` found, in the protocol's message or, where it has none, in the log. The exit code. */
export async function tellOutcome(
  outcome: CheckOutcome,
  { protocol, output, log, redact }: Pick<Session, 'protocol' | 'output' | 'log' | 'redact'>,
): Promise<number> {
  const { bytes, exitCode } = protocol.checkResult(outcome);
  if (bytes.length === 0) {
    if (outcome.ok) log.log('info', outcome.message);
    else log.log('critical', outcome.error.message);
  }
  await output.write(redact(bytes));
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
  const { config: settings, signal } = session;
  if (unreadable.length > 0) throw unreadableTables(unreadable, streams.length);
  await checkRowFilters({ client, selections: streams.map((stream) => ({ stream })), settings, signal });
  return `Signed in; ${readable === 1 ? '1 table' : `${readable} tables`} can be read.`;
}
