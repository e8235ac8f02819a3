import type { Selection, Stream } from '../catalog/types.ts';
import type { Budget } from '../core/budget.ts';
import type { JsonObject } from '../core/json.ts';
import type { Log } from '../core/log.ts';
import type { Pool } from '../core/pool.ts';
import type { Client } from '../dataverse/types.ts';
import type { Output } from '../output/types.ts';
import type { Messages, ParsedState } from '../protocol/protocol.ts';

/** How a stream is read (docs/adr/0002). */
export type Strategy = 'change_tracking' | 'modifiedon' | 'versionnumber' | 'full';

/** What happened during a run, for progress and the closing table. */
export type RunEvent =
  | {
      readonly kind: 'started';
      readonly stream: string;
      readonly strategy: Strategy;
      readonly estimate: number | undefined;
    }
  | {
      readonly kind: 'page';
      readonly stream: string;
      readonly rows: number;
      readonly deletes: number;
      readonly bytes: number;
    }
  | { readonly kind: 'waiting'; readonly stream: string; readonly seconds: number; readonly reason: string }
  | { readonly kind: 'state'; readonly stream: string; readonly state: JsonObject }
  | {
      readonly kind: 'ended';
      readonly stream: string;
      readonly outcome: 'complete' | 'failed' | 'stopped' | 'not_installed';
    };

/** The settings that reading depends on; a part of the configuration (docs/config.md). */
export interface SyncSettings {
  readonly anchorDate: string | undefined;
  readonly pageSize: number;
  readonly lookbackSeconds: number;
  readonly rowFilters: Readonly<Record<string, string>>;
  readonly incrementalStrategy: Readonly<Record<string, 'auto' | Strategy>>;
  readonly smallTableRows: number;
  readonly activateVersion: boolean;
  readonly deletes: boolean;
  readonly reconcileDeletes: boolean;
  readonly keySetDirectory: string | undefined;
  /** Contents of files and images above this are left out. */
  readonly maxBinaryBytes: number;
}

/** All that a run needs. `signal` ends it early: streams stop after their last written state. */
export interface RunOptions {
  readonly client: Client;
  readonly settings: SyncSettings;
  readonly selections: readonly Selection[];
  /** All streams of the environment that discovery described: whose choices the stream of choices tells. */
  readonly streams: readonly Stream[];
  readonly missing: readonly { readonly name: string }[];
  readonly state: ParsedState;
  readonly messages: Messages;
  readonly output: Output;
  readonly log: Log;
  readonly observe: (event: RunEvent) => void;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Rows a table by logical name, asked for while the tables were still being discovered. */
  readonly rowCounts?: Promise<ReadonlyMap<string, number>> | undefined;
  /** Memory for pages that are decompressed and not yet written. */
  readonly budget: Budget;
  /** Memory of the lines of pages, used again and again. */
  readonly pool: Pool;
  /** True where a finished full refresh is not repeated while its state is given (Airbyte's resumable full refresh). */
  readonly finishedMeansDone: boolean;
}
