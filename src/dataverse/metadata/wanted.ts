import { picomatch } from '../../core/packages.ts';
import { streamName } from './names.ts';

/** Which tables to describe: by the words and globs of the configuration, or by the stream names of a catalog. */
export type Wanted =
  | { readonly tables: readonly string[]; readonly excludeTables: readonly string[] }
  | { readonly setNames: readonly string[] };

/** What a table is, as far as the words `standard` and `custom` ask. */
interface Candidate {
  readonly setName: string;
  readonly standard: boolean;
  readonly custom: boolean;
}

/** A test for tables, and the patterns of the user that no table has matched so far. */
export interface Want {
  readonly matches: (candidate: Candidate) => boolean;
  readonly unmatched: () => readonly string[];
}

/**
 * Patterns are entity set names with `*`, `?` and braces, any case, and the words `standard`, `custom` and `*`.
 * Catalogs name streams, which are set names in lower case.
 */
export function wantOf(wanted: Wanted): Want {
  if ('setNames' in wanted) {
    const names = new Set(wanted.setNames.map(streamName));
    return { matches: ({ setName }) => names.has(streamName(setName)), unmatched: () => [] };
  }
  const includes = wanted.tables.map(patternOf);
  const excludes = wanted.excludeTables.map(patternOf);
  const matched = new Set<string>();
  const anyOf = (patterns: readonly Pattern[], candidate: Candidate): boolean =>
    // Every pattern is tried, so that each one that matches something is known.
    patterns.filter((pattern) => pattern.test(candidate) && matched.add(pattern.text)).length > 0;
  return {
    matches: (candidate) => anyOf(includes, candidate) && !anyOf(excludes, candidate),
    unmatched: () => wanted.tables.filter((text) => !words.has(text) && !matched.has(text)),
  };
}

const words = new Set(['standard', 'custom', '*']);

interface Pattern {
  readonly text: string;
  readonly test: (candidate: Candidate) => boolean;
}

function patternOf(text: string): Pattern {
  if (text === 'standard') return { text, test: (candidate) => candidate.standard };
  if (text === 'custom') return { text, test: (candidate) => candidate.custom };
  const glob = picomatch()(text, { nocase: true });
  return { text, test: ({ setName }) => glob(setName) };
}
