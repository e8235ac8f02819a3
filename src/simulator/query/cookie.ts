import { refusal } from '../errors.ts';

/** A place in an ordered read: the values of the last row, in the order's own columns and the key. */
export interface Cookie {
  /** Number of the page that the cookie asks for, from 2. */
  readonly page: number;
  /** Column name -> text of the last row's value; null where it had none. In order of the columns. */
  readonly last: ReadonlyMap<string, string | null>;
  /** As `last`, of the first row; clients must not need it. */
  readonly first: ReadonlyMap<string, string | null>;
  readonly tracking: boolean;
  /** Row version that the delta link at the end of a tracked read will carry. */
  readonly maxTimestamp: number | undefined;
}

const escaped: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };
const xml = (text: string): string => text.replace(/[<>&"]/g, (letter) => escaped[letter] ?? letter);
const unescaped = (text: string): string =>
  text.replace(
    /&(lt|gt|amp|quot);/g,
    (_, name: string) => ({ lt: '<', gt: '>', amp: '&', quot: '"' })[name] ?? '',
  );

/** Percent-encodes everything but letters, digits and `-._`, with lower-case digits, as the service does. */
export const percent = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!~*'()]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
    .replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());

const attribute = (name: string, value: string | null): string =>
  value === null ? `${name}null="1"` : `${name}="${xml(value)}"`;

/** The `$skiptoken` value, ready to stand in a URL. */
export function writeCookie(cookie: Cookie): string {
  const columns = [...cookie.last]
    .map(
      ([name, last]) =>
        `<${name} ${attribute('last', last)} ${attribute('first', cookie.first.get(name) ?? null)} />`,
    )
    .join('');
  const stamp = cookie.maxTimestamp === undefined ? '' : ` maxTimestamp="${cookie.maxTimestamp}"`;
  const inner = percent(percent(`<cookie page="${cookie.page - 1}"${stamp}>${columns}</cookie>`));
  const tracking = cookie.tracking ? 'True' : 'False';
  return `%3Ccookie%20pagenumber=%22${cookie.page}%22%20pagingcookie=%22${inner}%22%20istracking=%22${tracking}%22%20/%3E`;
}

const malformed = () => refusal(400, '0x80040216', 'Malformed XML in the Paging Cookie');

/** Reads a `$skiptoken` whose URL encoding was taken off once. Anything but our own form is refused. */
export function readCookie(token: string): Cookie {
  const outer = /^<cookie pagenumber="(\d+)" pagingcookie="([^"<>]*)" istracking="(True|False)" \/>$/.exec(
    token,
  );
  if (outer === null) throw malformed();
  let inner: string;
  try {
    inner = decodeURIComponent(outer[2] ?? '');
  } catch {
    throw malformed();
  }
  const shape = /^<cookie page="(\d+)"(?: maxTimestamp="(\d+)")?>((?:<[A-Za-z_][^<>]*\/>)+)<\/cookie>$/.exec(
    inner,
  );
  if (shape === null || Number(shape[1]) + 1 !== Number(outer[1])) throw malformed();
  const last = new Map<string, string | null>();
  const first = new Map<string, string | null>();
  const column = /<(\w+) (?:last="([^"]*)"|lastnull="1") (?:first="([^"]*)"|firstnull="1") \/>/g;
  for (const [, name = '', lastText, firstText] of (shape[3] ?? '').matchAll(column)) {
    last.set(name, lastText === undefined ? null : unescaped(lastText));
    first.set(name, firstText === undefined ? null : unescaped(firstText));
  }
  if (last.size === 0) throw malformed();
  return {
    page: Number(outer[1]),
    last,
    first,
    tracking: outer[3] === 'True',
    maxTimestamp: shape[2] === undefined ? undefined : Number(shape[2]),
  };
}
