import type { FramedPage } from '../records/types.ts';

/** The `$deltatoken` of a delta link, percent-encoded as the server wrote it: documented as opaque. */
export function deltaTokenOf(page: FramedPage): string | undefined {
  return optionOf(page.deltaLink, 'deltatoken');
}

/** The `$skiptoken` of a next link, percent-encoded as the server wrote it. */
export function skipTokenOf(page: FramedPage): string | undefined {
  return optionOf(page.nextLink, 'skiptoken');
}

function optionOf(link: string | undefined, name: string): string | undefined {
  return link === undefined ? undefined : new RegExp(`[?&](?:\\$|%24)${name}=([^&#]*)`, 'i').exec(link)?.[1];
}

/**
 * True when the token that a delta brought is older than the one that it was asked with: the environment was restored to
 * an earlier state. Tokens seen so far begin with the database's row version; where one does not, nothing is concluded.
 */
export function wentBack(asked: string, brought: string): boolean {
  const [before, after] = [versionOf(asked), versionOf(brought)];
  return before !== undefined && after !== undefined && after < before;
}

function versionOf(token: string): bigint | undefined {
  const digits = /^(\d{1,20})(?:!|%21)/.exec(token)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}
