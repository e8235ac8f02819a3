/** A stream's name from its entity set name: lower case, `[a-z0-9_]` only. */
export function streamName(setName: string): string {
  return setName.toLowerCase().replace(/[^a-z0-9_]/g, '_');
}
