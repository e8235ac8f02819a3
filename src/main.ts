import { parseCommandLine } from './cli.ts';
import type { Command, ProtocolName } from './commands/command.ts';
import { consequences } from './core/consequences.ts';
import { asConnectorError } from './core/errors.ts';
import { type Redactor, redactor } from './core/redact.ts';
import type { Output } from './output/types.ts';
import { ClosedOutput, openOutput } from './output/writer.ts';
import type { Protocol } from './protocol/protocol.ts';

/**
 * Entry of every bin: runs one command and resolves with the exit code, when everything that was written has been taken.
 * What only some commands need is imported when it is needed: `spec` and `--version` answer at once.
 */
export async function main(argv: readonly string[], defaultProtocol: ProtocolName): Promise<number> {
  quietWarnings();
  const output = openOutput(1, process.stdout);
  let protocolName = protocolIn(argv) ?? defaultProtocol;
  // Learns every secret as soon as it is known.
  const redact = redactor([]);
  // What nobody caught is a bug; it is told as one, in the protocol's way, before the program ends.
  const onUncaught = (thrown: unknown): void => {
    void reportFatal(thrown, protocolName, output, redact).then((exitCode) => process.exit(exitCode));
  };
  process.once('uncaughtException', onUncaught);
  try {
    const command = await parseCommandLine(argv, defaultProtocol);
    protocolName = command.protocol;
    const exitCode = await run(command, output, redact);
    await output.drained();
    return exitCode;
  } catch (thrown) {
    return await reportFatal(thrown, protocolName, output, redact);
  } finally {
    process.off('uncaughtException', onUncaught);
    // Whatever a library still holds open must not keep a finished program alive; its output is drained.
    setTimeout(() => process.exit(), 1000).unref();
  }
}

async function run(command: Command, output: Output, redact: Redactor): Promise<number> {
  switch (command.kind) {
    case 'version': {
      const { version } = await import('./core/version.ts');
      await output.write(Buffer.from(`${version()}\n`));
      return 0;
    }
    case 'help':
      await output.write(Buffer.from(`${command.text}\n`));
      return 0;
    case 'spec': {
      const { configSchema } = await import('./config/schema.ts');
      await output.write((await protocolOf(command.protocol)).spec(configSchema()));
      return 0;
    }
    case 'about': {
      const { runAbout } = await import('./commands/about.ts');
      return runAbout(command.format, output);
    }
    case 'check':
    case 'discover':
    case 'read': {
      const { runWithSession } = await import('./commands/run.ts');
      return runWithSession(command, await protocolOf(command.protocol), output, redact);
    }
    default:
      command satisfies never;
      return 1;
  }
}

async function protocolOf(name: ProtocolName): Promise<Protocol> {
  return name === 'singer'
    ? (await import('./protocol/singer/singer.ts')).singer
    : (await import('./protocol/airbyte/airbyte.ts')).airbyte;
}

/** Tells of an error outside of streams, as the protocol wants it; a reader that has gone is told nothing. */
async function reportFatal(
  thrown: unknown,
  name: ProtocolName,
  output: Output,
  redact: Redactor,
): Promise<number> {
  if (thrown instanceof ClosedOutput) return 1;
  const error = asConnectorError(thrown);
  const { logFor } = await import('./commands/run.ts');
  const protocol = await protocolOf(name);
  logFor(protocol, output, {}, redact).log('critical', error.message);
  await output.write(redact(protocol.fatal(error))).catch(() => undefined);
  await output.drained().catch(() => undefined);
  return consequences[error.kind].exitCode;
}

/** The protocol that the words name, for errors in words that cannot be parsed. */
function protocolIn(argv: readonly string[]): ProtocolName | undefined {
  const text = argv.join(' ');
  return /--protocol[= ](singer|airbyte)\b/.exec(text)?.[1] as ProtocolName | undefined;
}

/** stderr carries log lines only; Node's own warnings (experimental features, deprecations in libraries) are none. */
function quietWarnings(): void {
  process.removeAllListeners('warning');
}
