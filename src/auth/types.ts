/** Bearer tokens for one environment. Both methods throw `ConnectorError` (`auth`, `config` or `transient`). */
export interface TokenSource {
  /** A token that is valid for some time yet. */
  token(): Promise<string>;
  /** A token other than `rejected`, which the service did not accept; without it, simply a new one. */
  refresh(rejected?: string): Promise<string>;
}

/** A token and its life from now on. */
export interface SignedIn {
  readonly token: string;
  readonly lifetimeMilliseconds: number;
}
