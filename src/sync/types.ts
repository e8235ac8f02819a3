import type { JsonObject } from '../core/json.ts';

/** How an incremental stream is read (docs/adr). */
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
