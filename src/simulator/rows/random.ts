/** Stateless randomness: every value is a function of a salt and an index, so that rows need not be kept. */

/** A 32-bit salt of a text (FNV-1a, then mixed). */
export function saltOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix(hash, 0);
}

/** Mixes a salt and an index to 32 unsigned bits (the finaliser of MurmurHash3). */
export function mix(salt: number, index: number): number {
  let hash = (salt ^ Math.imul(index + 1, 0x9e3779b1)) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The hash as a fraction, 0 inclusive to 1 exclusive. */
export const fraction = (hash: number): number => hash / 0x100000000;

/** One entry of a list. */
export function pick<T>(list: readonly T[], hash: number): T {
  const entry = list[hash % list.length];
  if (entry === undefined) throw new Error('cannot pick from an empty list');
  return entry;
}

const bytePairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Hexadecimal digits of a whole number below 2^48; an even number of them. */
export function hex(value: number, digits: number): string {
  let text = '';
  let rest = value;
  for (let done = 0; done < digits; done += 2) {
    text = (bytePairs[rest % 256] ?? '') + text;
    rest = Math.floor(rest / 256);
  }
  return text;
}
