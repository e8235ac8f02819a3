/** What goes wrong. Every kind names its own settings; the common ones are in `FaultTarget`. */
export type FaultKind =
  /** An error of the service, with its envelope. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code?: string;
      readonly message?: string;
      /** Seconds of a `Retry-After` header; none without it. */
      readonly retryAfter?: number;
    }
  /** A page of the front end in front of the service: HTML, none of the service's headers, no `Retry-After`. */
  | { readonly kind: 'gateway_page'; readonly status?: 502 | 503 | 504 }
  /** The access token stops working, with every other one; the answer is 401. */
  | { readonly kind: 'expired_token' }
  | { readonly kind: 'reset_before_headers' }
  | { readonly kind: 'reset_mid_body' }
  /** The connection is closed in good order, but before the body is complete. */
  | { readonly kind: 'close_mid_body' }
  /** A complete HTTP answer whose gzip stream lacks its end. */
  | { readonly kind: 'truncated_gzip' }
  /** A complete HTTP answer, well compressed, whose JSON lacks its end. */
  | { readonly kind: 'truncated_json' }
  /** As before, with other text where the rest of the JSON should be. */
  | { readonly kind: 'malformed_json' }
  /** A complete HTTP answer, well compressed, with other text in the middle of its rows. */
  | { readonly kind: 'garbled_json' }
  /** Nothing comes, for so long, or until the fault is removed. */
  | { readonly kind: 'stall_before_headers'; readonly milliseconds?: number }
  /** Half of the body comes, and nothing more for so long, or until the fault is removed. */
  | { readonly kind: 'stall_mid_body'; readonly milliseconds?: number }
  | { readonly kind: 'slow_body'; readonly bytesPerSecond: number };

/** Which requests a fault strikes. */
export interface FaultTarget {
  /**
   * A table by set or logical name; or the first part of any other path (`$metadata`, `EntityDefinitions`, `WhoAmI`);
   * `token` and `sign_in` for the token endpoint and for everything of the sign-in service; `*` for the whole Web API.
   */
  readonly on: string;
  /** Only the page of this number, from 1, as the paging cookie counts. */
  readonly page?: number;
  /** Only pages for which more rows than this are asked. */
  readonly pageSizeOver?: number;
  /** Lets so many matching requests pass first. Default 0. */
  readonly after?: number;
  /** Strikes so often. Default 1. */
  readonly times?: number | 'always';
}

/** A fault as tests and scenarios script it. */
export type Fault = FaultTarget & FaultKind;

/** A fault that strikes a request now. */
export interface Strike {
  readonly fault: Fault;
  /** Aborted when the fault is removed: whoever is stalled by it goes on. */
  readonly removed: AbortSignal;
}

/** What a request is about, as far as faults are aimed. */
export interface Subject {
  /** Everything that the request can be called. */
  readonly names: readonly string[];
  /** Number of the page asked for, from 1. */
  readonly page: number;
  /** Rows asked for; the service's largest page where the client names no size. */
  readonly pageSize: number;
}
