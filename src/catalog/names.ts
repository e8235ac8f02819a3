import { createHash } from 'node:crypto';

/** Longest column name in bytes: PostgreSQL cuts at 63, and two loaders there break at exactly 63. */
const longest = 62;

/**
 * Gives out column names of one stream: `[A-Za-z0-9_]`, at most 62 bytes, unique ignoring case. A name that has to give
 * way ends in a digest of `identity`, so it depends on nothing but the column itself and is the same in every run.
 */
export function namer(): (wanted: string, identity: string) => string {
  const taken = new Set<string>();
  return (wanted, identity) => {
    const plain = wanted.replace(/[^A-Za-z0-9_]/g, '_');
    const fits = plain !== '' && plain.length <= longest && !taken.has(plain.toLowerCase());
    const name = fits ? plain : withDigest(plain, identity);
    taken.add(name.toLowerCase());
    return name;
  };
}

function withDigest(plain: string, identity: string): string {
  const digest = createHash('sha256').update(identity).digest('hex').slice(0, 8);
  return `${plain.slice(0, longest - digest.length - 1)}_${digest}`;
}
