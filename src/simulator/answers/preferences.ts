/** What a `Prefer` header asks for, as far as the service honours it. */
export interface Preferences {
  readonly pageSize: number | undefined;
  /** Tests an annotation's full name against the wanted list. */
  readonly wantsAnnotation: (name: string) => boolean;
  /** The list as given, for caching and for the echo. */
  readonly annotations: string | undefined;
  readonly trackChanges: boolean;
  readonly continueOnError: boolean;
}

/** Reads a `Prefer` header: values separated by commas, of which the annotation list may be quoted and hold commas itself. */
export function parsePreferences(header: string | undefined): Preferences {
  const found = new Map<string, string>();
  for (const [, name = '', quoted, bare] of (header ?? '').matchAll(
    /([\w.-]+)(?:\s*=\s*(?:"([^"]*)"|([^,;\s]*)))?/g,
  )) {
    found.set(name.toLowerCase(), quoted ?? bare ?? '');
  }
  const annotations = found.get('odata.include-annotations');
  const patterns = (annotations ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && !each.startsWith('-'));
  const size = Number(found.get('odata.maxpagesize'));
  return {
    pageSize: Number.isInteger(size) && size > 0 ? size : undefined,
    annotations,
    wantsAnnotation: (name) =>
      patterns.some(
        (pattern) =>
          pattern === '*' ||
          pattern === name ||
          (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1))),
      ),
    trackChanges: found.has('odata.track-changes'),
    continueOnError: found.has('odata.continue-on-error'),
  };
}
