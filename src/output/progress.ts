import { renderLive } from './render.ts';
import type { Tally } from './tally.ts';

/** Live progress on a terminal: a block of lines that is redrawn in place. */
export interface Progress {
  /** Prints lines above the block. */
  above(print: () => void): void;
  /** Removes the block and stops redrawing. */
  end(): void;
}

/** Where progress is drawn, e.g. `process.stderr`. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Streams shown at once. */
const most = 12;

/** Progress on a terminal, redrawn five times a second; nothing at all where the stream is no terminal. */
export function createProgress(terminal: Terminal, tally: Tally, now: () => number): Progress {
  if (!terminal.isTTY) return { above: (print) => print(), end: () => undefined };
  let shown = 0;
  const clear = (): void => {
    if (shown > 0) terminal.write(`\x1b[${shown}A\x1b[0J`);
    shown = 0;
  };
  const draw = (): void => {
    if (tally.streams.length === 0) return;
    const lines = renderLive(tally.streams, now(), terminal.columns ?? 80, most);
    clear();
    terminal.write(`${lines.join('\n')}\n`);
    shown = lines.length;
  };
  const timer = setInterval(draw, 200);
  timer.unref();
  return {
    above(print) {
      clear();
      print();
      draw();
    },
    end() {
      clearInterval(timer);
      clear();
    },
  };
}
