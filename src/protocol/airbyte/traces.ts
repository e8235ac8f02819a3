import { consequences, type FailureType } from '../../core/consequences.ts';
import type { ConnectorError } from '../../core/errors.ts';
import { line } from '../lines.ts';
import { cut } from '../log-lines.ts';
import type { Waiting } from '../protocol.ts';

/** The platform cuts messages at 50,000 characters and stack traces at 100,000. */
const longestMessage = 50_000;
const longestStack = 100_000;

/** A STREAM_STATUS trace. With `waiting`, the status says that the service limits us. */
export function streamStatus(
  stream: string,
  status: 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE',
  emittedAt: number,
  waiting?: Waiting,
): Buffer {
  return trace('STREAM_STATUS', emittedAt, {
    stream_status: {
      stream_descriptor: { name: stream },
      status,
      ...(waiting === undefined
        ? {}
        : {
            reasons: [{ type: 'RATE_LIMITED', rate_limited: { quota_reset: waiting.until.getTime() } }],
          }),
    },
  });
}

/** An ESTIMATE trace of one stream's rows. */
export function rowEstimate(stream: string, rows: number, emittedAt: number): Buffer {
  return trace('ESTIMATE', emittedAt, { estimate: { name: stream, type: 'STREAM', row_estimate: rows } });
}

/** An ERROR trace. Only errors that are ours to fix carry a stack trace. */
export function errorTrace(error: ConnectorError, emittedAt: number, stream?: string): Buffer {
  const { details } = error;
  const cause = details.cause instanceof Error ? details.cause : error;
  return trace('ERROR', emittedAt, {
    error: {
      message: cut(error.message, longestMessage),
      internal_message: cut(internalMessage(error), longestMessage),
      ...(error.kind === 'bug' ? { stack_trace: cut(cause.stack ?? '', longestStack) } : {}),
      failure_type: consequences[error.kind].failureType,
      ...(stream === undefined ? {} : { stream_descriptor: { name: stream } }),
    },
  });
}

/** The ERROR trace that closes a run with failed streams. */
export function summaryTrace(streams: readonly string[], failure: FailureType, emittedAt: number): Buffer {
  const message = `${streams.length === 1 ? 'One stream' : `${streams.length} streams`} did not sync: ${streams.join(', ')}. The messages before say why.`;
  return trace('ERROR', emittedAt, {
    error: {
      message: cut(message, longestMessage),
      internal_message: cut(message, longestMessage),
      failure_type: failure,
    },
  });
}

function internalMessage({ kind, message, details }: ConnectorError): string {
  const { cause: _, ...facts } = details;
  return Object.keys(facts).length === 0 ? `${kind}: ${message}` : `${kind}: ${JSON.stringify(facts)}`;
}

function trace(type: string, emittedAt: number, payload: object): Buffer {
  return line({ type: 'TRACE', trace: { type, emitted_at: emittedAt, ...payload } });
}
