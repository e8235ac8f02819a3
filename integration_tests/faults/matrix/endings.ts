import type { ChildProcess } from 'node:child_process';
import type { Finished } from '../../support/program.ts';
import type { ProtocolName } from '../../support/ways.ts';

/** A way for a run to end early, as a row of the matrix. */
export interface Ending {
  readonly name: string;
  /** Brings it about in the middle of a run whose answers stall. */
  readonly end: (child: ChildProcess) => void;
  /** The program goes on, and finds out by itself: its answers come again. */
  readonly goesOn?: true;
  /** How the program ends. */
  readonly left: (protocol: ProtocolName) => Pick<Finished, 'code' | 'signal'>;
  readonly outcome: string;
}

/** What other programs do to ours. */
export const endings: readonly Ending[] = [
  {
    name: 'SIGTERM',
    end: (child) => child.kill('SIGTERM'),
    left: (protocol) => ({ code: protocol === 'singer' ? 0 : 143, signal: null }),
    outcome: 'stopped in good order, resumed',
  },
  {
    name: 'kill -9',
    end: (child) => child.kill('SIGKILL'),
    left: () => ({ code: null, signal: 'SIGKILL' }),
    outcome: 'killed, resumed',
  },
  {
    name: 'the reader closes the pipe',
    end: (child) => child.stdout?.destroy(),
    goesOn: true,
    left: () => ({ code: 1, signal: null }),
    outcome: 'failed (exit 1), resumed',
  },
];
