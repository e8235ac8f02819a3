import { badQuery } from '../errors.ts';

/** The query options of a request, decoded once. Names are case-sensitive, as at the service. */
export type QueryOptions = ReadonlyMap<string, string>;

/** Splits a raw query string; `+` is a blank except in the skip token, which must come back as it was handed out. */
export function parseOptions(raw: string): QueryOptions {
  const options = new Map<string, string>();
  for (const part of raw.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = decode(at < 0 ? part : part.slice(0, at), true);
    const value = at < 0 ? '' : part.slice(at + 1);
    if (options.has(name) && name.startsWith('$')) {
      throw badQuery(
        `Query option '${name}' was specified more than once, but it must be specified at most once.`,
      );
    }
    options.set(name, decode(value, name !== '$skiptoken'));
  }
  return options;
}

function decode(text: string, plusIsBlank: boolean): string {
  try {
    return decodeURIComponent(plusIsBlank ? text.replaceAll('+', ' ') : text);
  } catch {
    throw badQuery('The query string is not correctly encoded.');
  }
}

const kept = /%(?:2C|3A|2F|28|29|27|24|40|3D|3B|5B|5D)/g;

/** Writes options back into a link, as the service does: only blanks and reserved characters are escaped. */
export function writeOptions(options: QueryOptions): string {
  return [...options]
    .map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(value).replace(kept, (code) => decodeURIComponent(code))}`,
    )
    .join('&');
}
