import { loadConfig } from '../config/load.ts';
import type { Config, ConfigSource } from '../config/types.ts';
import { consequences } from '../core/consequences.ts';
import { asConnectorError, type ConnectorError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { guardMemory } from '../core/memory.ts';
import type { Redactor } from '../core/redact.ts';
import { createProgress, type Progress } from '../output/progress.ts';
import { renderSummary } from '../output/render.ts';
import { createTally, type Tally } from '../output/tally.ts';
import type { Output } from '../output/types.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { RunEvent } from '../sync/types.ts';
import { runCheck, tellOutcome } from './check.ts';
import type { Command } from './command.ts';
import { runDiscover } from './discover.ts';
import { type LogSettings, logSettings } from './logging.ts';
import { recordCounts } from './metrics.ts';
import { runRead } from './read.ts';
import type { Session } from './session.ts';

type SessionCommand = Extract<Command, { readonly kind: 'check' | 'discover' | 'read' }>;

/** Runs a command that needs the configuration: loads it, listens to signals, logs, and closes with the exit code. */
export async function runWithSession(
  command: SessionCommand,
  protocol: Protocol,
  output: Output,
  redact: Redactor,
): Promise<number> {
  const tally = createTally(Date.now);
  const progress = createProgress(
    protocol.name === 'singer' ? process.stderr : { write: () => 0 },
    tally,
    Date.now,
  );
  const stop = listenToSignals();
  const endGuard = guardMemory(stop.now);
  try {
    const given = logSettings(command.debug, process.env);
    const early = logFor(protocol, output, given, redact, progress);
    let config: Config;
    try {
      config = await loadConfig(command.configs.map(sourceOf), process.env, {
        warn: (message) => early.log('warn', message),
      });
    } catch (thrown) {
      if (command.kind !== 'check') throw thrown;
      const outcome = { ok: false, error: asConnectorError(thrown) } as const;
      return await tellOutcome(outcome, { protocol, output, log: early, redact });
    }
    for (const value of config.secrets) redact.add(value);
    const settings = { level: given.level ?? config.logLevel, format: given.format ?? config.logFormat };
    const log = logFor(protocol, output, settings, redact, progress);
    const session: Session = { protocol, config, output, log, signal: stop.signal, redact };
    return await runCommand(command, session, tally, stop.signal);
  } finally {
    progress.end();
    endGuard();
  }
}

async function runCommand(
  command: SessionCommand,
  session: Session,
  tally: Tally,
  signal: AbortSignal,
): Promise<number> {
  try {
    switch (command.kind) {
      case 'check':
        return await runCheck(session);
      case 'discover':
        return await runDiscover(session);
      case 'read':
        return await readAndSum(command, session, tally);
      default:
        command satisfies never;
        return 1;
    }
  } catch (thrown) {
    if (signal.aborted) return stoppedExitCode(session);
    throw thrown;
  }
}

async function readAndSum(
  command: Extract<SessionCommand, { readonly kind: 'read' }>,
  session: Session,
  tally: Tally,
): Promise<number> {
  const counts = recordCounts(session.log, Date.now);
  const observe = (event: RunEvent): void => {
    tally.count(event);
    counts.count(event);
  };
  const errors = await runRead(session, { ...command, observe });
  counts.end();
  for (const line of renderSummary(tally.streams, Date.now())) session.log.log('info', line);
  if (!session.signal.aborted) return failures(errors, session.log);
  const stopped = stoppedExitCode(session);
  session.log.log('warn', 'Stopped by a signal; the last state written is where the next run goes on.');
  return stopped;
}

/** Says last, where scripts look for it, which streams are not complete; the exit code. */
function failures(errors: ReadonlyMap<string, ConnectorError>, log: Log): number {
  const worst = [...errors.values()].map((error) => consequences[error.kind].exitCode);
  if (errors.size > 0) {
    const lines = [...errors].map(([stream, error]) => `${stream}: ${error.message}`);
    log.log(
      'critical',
      `${errors.size === 1 ? 'A stream is' : `${errors.size} streams are`} not complete. ${lines.join('\n')}`,
    );
  }
  return Math.max(0, ...worst);
}

/** A signal is an orderly end, as each protocol has it; whatever else stopped the run is a failure and thrown. */
function stoppedExitCode({ signal, protocol }: Session): number {
  if (signal.reason !== signalled) throw signal.reason;
  return protocol.name === 'singer' ? 0 : 143;
}

/** No `ConnectorError`: no stream is to blame for it. */
const signalled = new Error('Stopped by a signal.');

/** The protocol's log, on stdout or stderr, above live progress where there is any. */
export function logFor(
  protocol: Protocol,
  output: Output,
  settings: Partial<LogSettings>,
  redact: Redactor,
  progress?: Progress,
): Log {
  const inner = protocol.log({
    stdout: (lines) => void output.write(redact(lines)).catch(() => undefined),
    stderr: (lines) => {
      const print = (): void => void process.stderr.write(redact(lines));
      if (progress) progress.above(print);
      else print();
    },
    level: settings.level ?? 'info',
    format: settings.format ?? 'plain',
  });
  return {
    // Before a message is cut into lines, or a secret of several lines would not be found.
    log: (level, message, stream) => inner.log(level, redact(message), stream),
    metric: inner.metric,
  };
}

/** `--config ENV` reads environment variables, everything else is a file. */
function sourceOf(word: string): ConfigSource {
  return word === 'ENV' ? { kind: 'env' } : { kind: 'file', path: word };
}

/** What stops a run early. */
interface Stop {
  readonly signal: AbortSignal;
  /** Stops for another reason than a signal. */
  readonly now: (reason: ConnectorError) => void;
}

/**
 * A signal that SIGTERM or SIGINT aborts; a second one changes nothing. Nobody stops listening: a signal that comes after
 * the last message was handed over, and before the reader took it, must not cut it off.
 */
function listenToSignals(): Stop {
  const aborter = new AbortController();
  const abort = (): void => {
    if (aborter.signal.aborted) return;
    aborter.abort(signalled);
    // A reader that has stopped reading must not keep a stopped program alive: give it what it takes in 1.5 seconds.
    setTimeout(() => process.exit(143), 1500).unref();
  };
  process.on('SIGTERM', abort);
  process.on('SIGINT', abort);
  return { signal: aborter.signal, now: (reason) => aborter.abort(reason) };
}
