/**
 * What public sources leave open, or what differs between environments. Each switch lists its settings, the default first;
 * a client should survive every one. docs/simulator.md says which behaviour each belongs to.
 */
export const switchSettings = {
  /** Code of the unknown-property error: `0x0` in old documentation, `0x80060888` in recent reports. */
  unknownPropertyCode: ['0x80060888', '0x0'],
  /** Code of the unknown-set error. */
  unknownSetCode: ['0x8006088a', '0x80060888'],
  /** HTTP status of a URL of more than 32,768 characters. */
  longUrlStatus: [404, 414],
  /** Links name the `{org}.api.` twin of the host. */
  apiHostInLinks: [false, true],
  /** Bodies are compressed with Brotli for clients that offer it. */
  brotli: [false, true],
  /** Whether bodies come with their length or in chunks. */
  bodyLength: ['told', 'chunked'],
  /** Adds an empty page after a last page that was exactly full. */
  emptyLastPage: [false, true],
  /** Rows of equal `$orderby` values come in another order on every request. */
  shuffleTies: [false, true],
  /** Whether a skip token that was taken apart and put together as a form field, with `+` for blanks, still leads on. */
  blanksInSkipTokens: ['encoded', 'plus'],
  /** Where `@odata.nextLink` stands. */
  nextLinkPlace: ['last', 'first'],
  /** RetrieveTotalRecordCount answers from a snapshot of the start. */
  staleRecordCounts: [false, true],
  /** `/$count` begins with a byte order mark. */
  countWithMark: [false, true],
  /** Whether `IEEE754Compatible=true` in Accept makes strings of big integers and decimals. */
  ieee754Compatible: ['ignored', 'honoured'],
  /** Reads without `$select` return the bytes of images. */
  imagesInFullReads: [false, true],
  /** Documents of a megabyte in annotations, so that a page without `$select` has gigabytes. */
  hugeDocuments: [false, true],
  /** HTTP status of the errors of change tracking, which no source tells. */
  trackingErrorStatus: [400, 403, 404, 410, 500],
  /** Where `@odata.deltaLink` stands. */
  deltaLinkPlace: ['first', 'last'],
  /** A delta token that is over age fails even when nothing has changed since. */
  idleTokensExpire: [false, true],
  /** What a read with an expired token gives: the error, or (2022 documentation) all records. */
  expiredToken: ['error', 'everything'],
  /** What `odata.track-changes` does on a table without tracking. */
  trackingDisabled: ['error', 'ignored'],
  /** `$count=true` gives a count on tracked reads. */
  countWhileTracking: [false, true],
  /** Rows that move to long-term retention are deletions in a delta. */
  retentionDeletes: [true, false],
} as const;

type Settings = typeof switchSettings;
export type SwitchName = keyof Settings;
export type Switches = { readonly [Name in SwitchName]: Settings[Name][number] };

export const defaultSwitches = Object.fromEntries(
  Object.entries(switchSettings).map(([name, settings]) => [name, settings[0]]),
) as unknown as Switches;

/** Checks switches that were told from outside. @throws Error that names what is possible. */
export function readSwitches(given: Readonly<Record<string, unknown>>): Partial<Switches> {
  for (const [name, value] of Object.entries(given)) {
    const settings: readonly unknown[] | undefined = Object.hasOwn(switchSettings, name)
      ? switchSettings[name as SwitchName]
      : undefined;
    if (settings === undefined) {
      throw new Error(`there is no switch ${name}; there are ${Object.keys(switchSettings).join(', ')}`);
    }
    if (!settings.includes(value)) {
      throw new Error(
        `switch ${name} cannot be ${JSON.stringify(value)}, but ${settings.map((each) => JSON.stringify(each)).join(' or ')}`,
      );
    }
  }
  return given as Partial<Switches>;
}
