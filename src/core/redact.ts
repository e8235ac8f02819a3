import { inspect } from 'node:util';
import { mask, type Secret } from './secret.ts';

/** Masks every known secret in text or bytes. Give it log lines and errors, not record bytes. */
export interface Redactor {
  (text: string): string;
  (bytes: Buffer): Buffer;
  /** From now on this value is masked too (an access token got at run time). */
  add(value: Secret | string): void;
}

/** A redactor for these secrets, in every form in which they can end up in output. */
export function redactor(secrets: Iterable<Secret | string>): Redactor {
  const forms = new Set<string>();
  let longestFirst: readonly string[] = [];

  function add(value: Secret | string): void {
    for (const form of formsOf(typeof value === 'string' ? value : value.reveal())) forms.add(form);
    longestFirst = [...forms].sort((a, b) => b.length - a.length);
  }

  function redact(input: string): string;
  function redact(input: Buffer): Buffer;
  function redact(input: string | Buffer): string | Buffer {
    // Looking for each form in turn is a memory search; nearly all lines hold none and pass uncopied.
    const found = longestFirst.filter((form) => input.includes(form));
    if (found.length === 0) return input;
    const text = found.reduce((masked, form) => masked.replaceAll(form, mask), input.toString());
    return typeof input === 'string' ? text : Buffer.from(text);
  }

  for (const value of secrets) add(value);
  return Object.assign(redact, { add });
}

/** Masking something shorter would tear apart every word and number, and with them the protocol's own lines. */
const shortestSecret = 4;
/** Lines of a PEM shorter than this are its end: too short to be told from ordinary text. */
const shortestLine = 16;

function formsOf(value: string): readonly string[] {
  if (value.length < shortestSecret) return [];
  const lines = value.split(/\r?\n/);
  const parts = [
    value,
    value.trim(),
    ...(lines.length > 1 ? lines.filter((l) => l.length >= shortestLine) : []),
  ];
  return parts.flatMap(spellings).filter((form) => form !== '');
}

function spellings(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(Buffer.from(value).toString());
  // RFC 3986 reserves more than encodeURIComponent escapes.
  const uri = url.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  // A form (application/x-www-form-urlencoded) escapes a few characters more, and a space as +.
  const form = new URLSearchParams({ '': value }).toString().slice(1);
  return [
    value,
    JSON.stringify(json).slice(1, -1),
    inspect(value, { maxStringLength: null, breakLength: Number.POSITIVE_INFINITY }).slice(1, -1),
    ...jsonForms(json),
    ...[url, uri, form].flatMap((text) => [text, text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase())]),
    ...base64Forms(value),
  ];
}

/**
 * Other ways to write the same JSON text: as .NET does (`JavaScriptEncoder.Default` escapes signs that mean something in
 * HTML), and in ASCII alone, as Python does.
 */
function jsonForms(json: string): readonly string[] {
  const cautious = json.replaceAll('\\"', '\\u0022').replace(/[&'+<>`]/g, escaped);
  return [json, cautious]
    .flatMap((text) => [text, text.replace(/[\u007f-\uffff]/g, escaped)])
    .flatMap((text) => [text, recased(text, 'toUpperCase'), recased(text, 'toLowerCase')]);
}

const escaped = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

const recased = (text: string, how: 'toUpperCase' | 'toLowerCase') =>
  text.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) => `\\u${hex[how]()}`);

/**
 * Base64 of the value, alone and as part of longer text: there it may start at any of three offsets, and the characters
 * at both ends depend on the neighbours, so only those in between are looked for.
 */
function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const inside = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = offset === 0 ? 0 : offset + 1;
    const whole = (offset + bytes.length) % 3 === 0;
    return text.slice(first, whole ? undefined : -1);
  });
  // Short ones would hide ordinary words.
  return inside
    .filter((text) => text.length >= 8)
    .flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}
