import type { Fault } from './types.ts';

type TextFault = Extract<Fault, { kind: 'truncated_json' | 'malformed_json' | 'garbled_json' }>;

export const damagesText = (fault: Fault | undefined): fault is TextFault =>
  fault?.kind === 'truncated_json' || fault?.kind === 'malformed_json' || fault?.kind === 'garbled_json';

/** What a fault does to a body's text before it is compressed. */
export function damagedText({ kind }: TextFault, body: string | Buffer): string | Buffer {
  // Raw line ends are wrong inside a JSON string and the tag is wrong outside of one.
  const half = firstHalf(body);
  if (kind === 'truncated_json') return half;
  const rest = kind === 'garbled_json' ? body.slice(half.length) : '';
  return `${half}\r\n<!-- proxy -->\r\n${rest}`;
}

/** What a fault does to the bytes of a compressed body. */
export function damagedBytes(fault: Fault | undefined, body: Buffer): Buffer {
  return fault?.kind === 'truncated_gzip' ? firstHalf(body) : body;
}

function firstHalf<T extends string | Buffer>(body: T): T {
  const half = Math.floor(body.length / 2);
  return (typeof body === 'string' ? body.slice(0, half) : body.subarray(0, half)) as T;
}
