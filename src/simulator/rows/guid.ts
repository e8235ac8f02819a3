import { hex, mix } from './random.ts';

const pattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isGuid = (text: string): boolean => pattern.test(text);

/**
 * A text that sorts as SQL Server sorts `uniqueidentifier`: bytes 10-15, 8-9, 6-7, 4-5, 0-3 of the .NET form, whose first
 * three groups are little-endian.
 */
export function sqlOrder(guid: string): string {
  return (
    guid.slice(24) +
    guid.slice(19, 23) +
    swapped(guid.slice(14, 18)) +
    swapped(guid.slice(9, 13)) +
    swapped(guid.slice(0, 8))
  ).toLowerCase();
}

function swapped(group: string): string {
  let text = '';
  for (let at = group.length - 2; at >= 0; at -= 2) text += group.slice(at, at + 2);
  return text;
}

/** A version 4 guid made of a salt and an index; `node` sets its last twelve digits, which lead in SQL order. */
export function guidOf(salt: number, index: number, node?: number): string {
  const first = mix(salt, index);
  const second = mix(first, index);
  const third = mix(second, index);
  const last = node ?? mix(third, index) * 0x10000 + (third & 0xffff);
  return `${hex(first, 8)}-${hex(second >>> 16, 4)}-${hex(0x4000 | (second & 0xfff), 4)}-${hex(0x8000 | (third >>> 18), 4)}-${hex(last, 12)}`;
}
