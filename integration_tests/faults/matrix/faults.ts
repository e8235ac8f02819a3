import type { FaultKind } from '../../../src/simulator/index.ts';

/** What the matrix expects of a fault. */
export interface Nature {
  readonly name: string;
  /** It strikes a request no more than once at a time: whoever tries again at once must not meet it again. */
  readonly single?: true;
  /** Nobody tries again: one strike ends the run. */
  readonly fatal?: true;
}

/** A fault of the service or of the way to it, as a row of the matrix. */
export interface ServiceFault extends Nature {
  readonly kind: FaultKind;
}

const minutes = 60;

/** Every fault that the simulator injects into answers. */
export const serviceFaults: readonly ServiceFault[] = [
  {
    name: '429, too many requests, for 7 minutes',
    kind: { kind: 'status', status: 429, code: '0x80072322', retryAfter: 7 * minutes },
  },
  {
    name: '429, too much execution time, for 5 minutes',
    kind: { kind: 'status', status: 429, code: '0x80072321', retryAfter: 5 * minutes },
  },
  {
    name: '429, too many at a time, for 2 seconds',
    kind: { kind: 'status', status: 429, code: '0x80072326', retryAfter: 2 },
  },
  { name: '503 with Retry-After', kind: { kind: 'status', status: 503, retryAfter: 30 } },
  { name: '503 without Retry-After', kind: { kind: 'status', status: 503 } },
  { name: '502 in HTML', kind: { kind: 'gateway_page', status: 502 } },
  { name: '504 in HTML', kind: { kind: 'gateway_page', status: 504 } },
  { name: 'connection reset before the headers', kind: { kind: 'reset_before_headers' } },
  { name: 'connection reset in the body', kind: { kind: 'reset_mid_body' } },
  { name: 'connection closed in the body', kind: { kind: 'close_mid_body' } },
  { name: 'gzip cut short', kind: { kind: 'truncated_gzip' } },
  { name: 'JSON cut short', kind: { kind: 'truncated_json' } },
  { name: 'JSON malformed at the end', kind: { kind: 'malformed_json' } },
  { name: 'JSON malformed in the middle', kind: { kind: 'garbled_json' }, fatal: true },
  { name: 'no answer comes', kind: { kind: 'stall_before_headers' } },
  { name: 'the body stalls', kind: { kind: 'stall_mid_body' } },
  { name: '401, the bearer token has expired', kind: { kind: 'expired_token' }, single: true },
];
