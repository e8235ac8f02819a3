import { type Checkpoint, printCheckpoint } from './checkpoint.ts';
import type { Page } from './reader.ts';
import type { RunOptions } from './types.ts';

/**
 * Where one stream's rows, deletes and states go. Several workers may write at once: what is counted is counted when it
 * joins the output's order, so a state's record count is exactly what stands before it.
 */
export interface Sink {
  /** Resolves when the rows were taken; the page is released. */
  rows(page: Pick<Page, 'lines' | 'rows' | 'release' | 'chunks'>): Promise<void>;
  deletes(ids: readonly string[], at: Date): Promise<void>;
  /** Writes a state that covers rows already written; resolves when it was taken. */
  state(checkpoint: Checkpoint): Promise<void>;
  /** Writes whole lines of the stream that are neither rows nor state. */
  lines(lines: Buffer): Promise<void>;
  /** Announces that records are about to flow; once. */
  running(): Promise<void>;
  /** Rows and deletes so far. */
  readonly written: number;
}

/** The sink of a stream. */
export function createSink(
  stream: string,
  options: Pick<RunOptions, 'messages' | 'output' | 'observe'>,
): Sink {
  const { messages, output, observe } = options;
  let announced = false;
  let sinceState = 0;
  let written = 0;

  const running = async (): Promise<void> => {
    if (announced) return;
    announced = true;
    await output.write(messages.running(stream));
  };

  const records = async (bytes: Buffer, count: number): Promise<void> => {
    if (count === 0) return;
    if (!announced) await running();
    sinceState += count;
    written += count;
    await output.write(bytes);
  };

  return {
    running,
    lines: (lines) => output.write(lines),
    async rows(page) {
      try {
        if (page.chunks === undefined) await records(page.lines, page.rows);
        else for await (const line of page.chunks()) await records(line, 1);
      } finally {
        page.release();
      }
      observe({ kind: 'page', stream, rows: page.rows, deletes: 0, bytes: page.lines.length });
    },
    async deletes(ids, at) {
      const { bytes, lines } = messages.tombstones(stream, ids, at);
      await records(bytes, lines);
      observe({ kind: 'page', stream, rows: 0, deletes: ids.length, bytes: bytes.length });
    },
    async state(checkpoint) {
      const state = printCheckpoint(checkpoint);
      const line = messages.state(stream, state, sinceState);
      if (line.length === 0) return;
      sinceState = 0;
      await output.write(line);
      observe({ kind: 'state', stream, state });
    },
    get written() {
      return written;
    },
  };
}
