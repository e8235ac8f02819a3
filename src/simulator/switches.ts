/**
 * What public sources leave open, or what differs between environments: each is a switch, and a client should survive every
 * setting. docs/simulator.md says which behaviour each belongs to.
 */
export interface Switches {
  /** Code of the unknown-property error: `0x0` in old documentation, `0x80060888` in recent reports. */
  readonly unknownPropertyCode: string;
  /** Code of the unknown-set error. */
  readonly unknownSetCode: string;
  /** Adds an empty page after a last page that was exactly full. */
  readonly emptyLastPage: boolean;
  /** Orders rows of equal `$orderby` values differently on every request. */
  readonly shuffleTies: boolean;
}

export const defaultSwitches: Switches = {
  unknownPropertyCode: '0x80060888',
  unknownSetCode: '0x8006088a',
  emptyLastPage: false,
  shuffleTies: false,
};
