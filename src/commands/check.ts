import { asConnectorError } from '../core/errors.ts';
import type { CheckOutcome } from '../protocol/protocol.ts';
import { type Session, streamsFor, withClient } from './session.ts';

/** Signs in, asks who we are, reads a row of each selected table, and says what to do where that fails. */
export async function runCheck(session: Session): Promise<number> {
  const { protocol, output } = session;
  const { bytes, exitCode } = protocol.checkResult(await outcomeOf(session));
  await output.write(session.redact(bytes));
  return exitCode;
}

async function outcomeOf(session: Session): Promise<CheckOutcome> {
  try {
    const message = await withClient(
      session,
      () => undefined,
      async (client) => {
        const streams = await streamsFor(session, client, undefined);
        await client.get({ url: 'WhoAmI', stream: 'check' });
        for (const { table } of streams)
          await client.get({ url: `${table.setName}?$select=${table.key}&$top=1`, stream: table.setName });
        return `Signed in; ${streams.length} tables can be read.`;
      },
    );
    return { ok: true, message };
  } catch (thrown) {
    return { ok: false, error: asConnectorError(thrown) };
  }
}
