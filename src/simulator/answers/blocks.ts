import { totalmem } from 'node:os';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { GeneratedRow, Row } from '../rows/generated.ts';
import { combineCrc } from './crc.ts';

/** A stretch of a gzip body that ends at a byte boundary, so that stretches can be put together. */
interface Stretch {
  readonly deflated: Buffer;
  readonly crc: number;
  /** Bytes before compression. */
  readonly length: number;
}

/**
 * Ready-made stretches of pages (`--prebuilt`). A block is a fixed number of generated rows that follow each other in an
 * order of the store; a page is put together of whole blocks and of the few rows around them. So any page of any range is
 * exact, and costs next to nothing once its blocks have been made by the first read.
 */
export interface Blocks {
  /** A gzip body of `head`, the rows with commas between them, and `tail`. */
  readonly compose: (head: string, rows: readonly Row[], tail: string, shape: Shape) => Buffer;
}

/** What makes two blocks of the same rows the same text. */
export interface Shape {
  readonly name: string;
  readonly write: (row: Row) => string;
  /** Rows stand in key order; otherwise in the order of their index. */
  readonly byKey: boolean;
}

const blockRows = 100;

/** A quarter of the machine: 3,000,000 accounts take 2.5 GB, and a table that does not fit is made anew by every read. */
export function createBlocks(mostBytes = totalmem() / 4): Blocks {
  const kept = new Map<string, Stretch>();
  let bytes = 0;

  const blockAt = (shape: Shape, block: number, rows: readonly Row[]): Stretch => {
    const name = `${shape.name}/${block}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const made = stretch(rows.map(shape.write).join(','));
    for (const [oldest, { deflated }] of kept) {
      if (bytes + made.deflated.length <= mostBytes) break;
      kept.delete(oldest);
      bytes -= deflated.length;
    }
    kept.set(name, made);
    bytes += made.deflated.length;
    return made;
  };

  return {
    compose: (head, rows, tail, shape) => {
      const stretches: Stretch[] = [];
      let loose = head;
      const flush = (): void => {
        if (loose !== '') stretches.push(stretch(loose));
        loose = '';
      };
      const separate = (at: number): void => {
        if (at > 0) loose += ',';
      };
      const positions = rows.map((row) => positionOf(shape, row));
      for (let at = 0; at < rows.length; ) {
        separate(at);
        const position = positions[at];
        if (position !== undefined && position % blockRows === 0 && isBlock(positions, at)) {
          flush();
          stretches.push(blockAt(shape, position / blockRows, rows.slice(at, at + blockRows)));
          at += blockRows;
        } else {
          const row = rows[at++];
          if (row !== undefined) loose += shape.write(row);
        }
      }
      loose += tail;
      flush();
      return gzipOf(stretches);
    },
  };
}

/** Place of a generated row in the order; undefined for rows that were changed. */
function positionOf({ byKey }: Shape, row: Row): number | undefined {
  if (!('index' in row)) return undefined;
  const placed = row as GeneratedRow;
  return byKey ? placed.rank : placed.index;
}

const isBlock = (positions: readonly (number | undefined)[], at: number): boolean => {
  const first = positions[at] ?? 0;
  for (let step = 1; step < blockRows; step++) if (positions[at + step] !== first + step) return false;
  return true;
};

function stretch(text: string): Stretch {
  const bytes = Buffer.from(text);
  const deflated = deflateRawSync(bytes, {
    level: constants.Z_BEST_SPEED,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  return { deflated, crc: crc32(bytes), length: bytes.length };
}

const gzipHead = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
/** An empty last block. */
const deflateEnd = Buffer.from([3, 0]);

function gzipOf(stretches: readonly Stretch[]): Buffer {
  let crc = 0;
  let length = 0;
  for (const each of stretches) {
    crc = combineCrc(crc, each.crc, each.length);
    length += each.length;
  }
  const end = Buffer.alloc(8);
  end.writeUInt32LE(crc, 0);
  end.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([gzipHead, ...stretches.map((each) => each.deflated), deflateEnd, end]);
}
