import type { Column } from '../schema/types.ts';
import type { GeneratedRow } from './generated.ts';
import { fraction, hex, pick } from './random.ts';
import type { Value } from './values.ts';
import * as lists from './words.ts';

/** Named ways of making text and numbers. `hash` is the column's own randomness for this row. */
export type Recipe = (hash: number, row: GeneratedRow, column: Column) => Value;

const rest = (hash: number): number => Math.imul(hash, 0x9e3779b1) >>> 0;
const digitsOf = (length: number, hash: number): string => {
  let state = hash;
  let digits = '';
  for (let left = length; left > 0; left--) {
    state = rest(state + 1);
    digits += state % 10;
  }
  return digits;
};
const text = (row: GeneratedRow, column: string): string => String(row.value(column) ?? '');

/** Lists in the forms that texts need, made once: changing the case of a text that was put together costs far more. */
const capitalWords = lists.words.map((word) => word.charAt(0).toUpperCase() + word.slice(1));
const lowered = (list: readonly string[]): string[] => list.map((entry) => entry.toLowerCase());
const lower = {
  firstNames: lowered(lists.firstNames),
  lastNames: lowered(lists.lastNames),
  domains: lowered(lists.domains),
};

const phrase = (hash: number): string =>
  `${pick(lists.verbs, hash)} ${pick(lists.adjectives, rest(hash))} ${pick(lists.nouns, rest(hash + 1))}`;
const sentence = (hash: number): string => {
  let state = hash;
  let text = '';
  for (let left = 4 + (hash % 9); left > 0; left--) {
    state = rest(state + 3);
    text += text === '' ? pick(capitalWords, state) : ` ${pick(lists.words, state)}`;
  }
  return `${text}.`;
};
const company = (hash: number): string =>
  `${pick(lists.lastNames, hash)} ${pick(lists.companyNouns, rest(hash))} ${pick(lists.legalForms, rest(hash + 1))}`;
const person = (hash: number): string =>
  `${pick(lists.firstNames, hash)} ${pick(lists.lastNames, rest(hash))}`;
const email = (hash: number): string =>
  `${pick(lower.firstNames, hash)}.${pick(lower.lastNames, rest(hash))}${hash % 100}@${pick(lower.domains, hash)}`;
const site = (hash: number): string => `https://www.${pick(lower.lastNames, hash)}${hash % 1000}.example`;
const running = (row: GeneratedRow, start: number): string => String(start + row.index);

const currencies = [
  ['US Dollar', '$', 'USD', '1.0000000000'],
  ['Euro', '€', 'EUR', '0.9213000000'],
  ['Pound Sterling', '£', 'GBP', '0.7894500000'],
  ['日本円', '¥', 'JPY', '156.3200000000'],
  ['Schweizer Franken', 'CHF', 'CHF', '0.9012345678'],
] as const;
const currencyOf = (row: GeneratedRow) => currencies[row.index % currencies.length] ?? currencies[0];

/** Text that breaks careless readers: quotes, line ends, emoji, right-to-left, formulas, the cut pattern itself. */
const awkward = [
  'She said "no" \\ then left',
  'Line one\r\nLine two\tafter a tab',
  'Emoji 👩🏽‍💻 and 𝄞',
  'שלום עולם',
  '=HYPERLINK("http://example.invalid")',
  '},{"@odata.etag":"W/\\"1\\"","name":"not a row"}]',
  "O'Neill & Söhne <GmbH>",
  '日本語のテキスト',
  '% wildcard _ [brackets]',
];

export const recipes: Readonly<Record<string, Recipe>> = {
  zero: () => 0,
  'row-number': (_, row) => row.index + 1,
  two: () => 2,
  small: (hash) => hash % 4,
  percent: (hash) => hash % 101,
  minutes: (hash) => 5 * (1 + (hash % 24)),
  percentage: (hash) => (fraction(hash) * 30).toFixed(2),
  'rarely-true': (hash) => hash % 50 === 0,
  'first-name': (hash) => pick(lists.firstNames, hash),
  'last-name': (hash) => pick(lists.lastNames, hash),
  'middle-name': (hash) => `${pick(lists.firstNames, hash).charAt(0)}.`,
  'full-name': (_, row) => `${text(row, 'firstname')} ${text(row, 'lastname')}`.trim(),
  person,
  company,
  'team-name': (hash) => `${pick(lists.departments, hash)} Team`,
  phone: (hash) => `+1 (${200 + (hash % 700)}) 555-${digitsOf(4, hash)}`,
  'email-address': email,
  site,
  city: (hash) => pick(lists.cities, hash),
  county: (hash) => pick(lists.counties, hash),
  state: (hash) => pick(lists.states, hash),
  country: (hash) => pick(lists.countries, hash),
  street: (hash) => `${1 + (hash % 9999)} ${pick(lists.streets, rest(hash))}`,
  'second-line': (hash) => `Suite ${1 + (hash % 900)}`,
  'postal-code': (hash) => digitsOf(5, hash),
  'composite-address': (_, row, column) => {
    const prefix = column.name.slice(0, -'composite'.length);
    const lines = ['line1', 'city', 'stateorprovince', 'postalcode', 'country'];
    return (
      lines
        .map((line) => text(row, prefix + line))
        .filter(Boolean)
        .join('\r\n') || null
    );
  },
  latitude: (hash) => Number((fraction(hash) * 180 - 90).toFixed(5)),
  longitude: (hash) => Number((fraction(hash) * 360 - 180).toFixed(5)),
  'account-number': (_, row) => `AC${running(row, 1_000_000)}`,
  'quote-number': (hash, row) => `QUO-${running(row, 1000)}-${hex(hash, 8).slice(0, 6).toUpperCase()}`,
  'order-number': (hash, row) => `ORD-${running(row, 1000)}-${hex(hash, 8).slice(0, 6).toUpperCase()}`,
  'invoice-number': (hash, row) => `INV-${running(row, 1000)}-${hex(hash, 8).slice(0, 6).toUpperCase()}`,
  'ticket-number': (hash, row) => `CAS-${running(row, 10_000)}-${hex(hash, 8).slice(0, 6).toUpperCase()}`,
  'campaign-code': (hash, row) => `CMP-${running(row, 1000)}-${hex(hash, 8).slice(0, 6).toUpperCase()}`,
  'product-number': (_, row) => `PRD-${running(row, 10_000)}`,
  product: (hash) =>
    `${pick(lists.productAdjectives, hash)} ${pick(lists.productMaterials, rest(hash))} ${pick(lists.products, rest(hash + 1))}`,
  job: (hash) =>
    `${pick(lists.jobDescriptors, hash)} ${pick(lists.jobAreas, rest(hash))} ${pick(lists.jobTypes, rest(hash + 1))}`,
  department: (hash) => pick(lists.departments, hash),
  salutation: (hash) => pick(['Mr.', 'Ms.', 'Dr.', 'Prof.'], hash),
  phrase,
  sentence,
  memo: (hash) => (hash % 40 === 0 ? pick(awkward, hash >>> 8) : `${sentence(hash)} ${sentence(rest(hash))}`),
  note: (hash) =>
    hash % 8 === 0 ? pick(awkward, hash >>> 8) : `<div>${sentence(hash)}</div>\n${sentence(rest(hash))}`,
  word: (hash) => pick(lists.words, hash),
  'message-id': (hash, row) => `<${hex(hash, 8)}.${row.index}@mail.example.com>`,
  'is-document': (hash) => hash % 5 === 0,
  'file-name': (hash, row) => (row.value('isdocument') === true ? `${pick(lists.words, hash)}.txt` : null),
  'mime-type': (_, row) => (row.value('isdocument') === true ? 'text/plain' : null),
  'file-size': (_, row) => {
    const body = row.value('documentbody');
    return typeof body === 'string' ? Buffer.from(body, 'base64').length : null;
  },
  'document-body': (hash, row) =>
    row.value('isdocument') === true
      ? Buffer.from(sentence(hash).repeat(1 + (hash % 5))).toString('base64')
      : null,
  'currency-name': (_, row) => currencyOf(row)[0],
  'currency-symbol': (_, row) => currencyOf(row)[1],
  'currency-code': (_, row) => currencyOf(row)[2],
  'own-exchange-rate': (_, row) => currencyOf(row)[3],
  'organization-name': () => 'Contoso',
  language: () => 1033,
  'max-upload': () => 5_242_880,
  partition: (hash) => `device-${hash % 8}`,
  json: (hash) => JSON.stringify({ temperature: hash % 100, note: pick(awkward, hash) }),
  'first-option': (_, __, column) => column.options?.[0]?.value ?? 0,
};

const byName: readonly (readonly [RegExp, string])[] = [
  [/^yomi|^traversedpath$/, 'word'],
  [/^fullname$/, 'full-name'],
  [/^firstname$|^nickname$/, 'first-name'],
  [/^lastname$/, 'last-name'],
  [/^middlename$/, 'middle-name'],
  [/(spouses|assistant|manager|contact|childrens|supplier|vendor)name$/, 'person'],
  [/^companyname$|^company$|_name$/, 'company'],
  [/telephone|phone|fax$|pager|callback$|business2|home2/, 'phone'],
  [/email/, 'email-address'],
  [/url$|siteurl/, 'site'],
  [/city$/, 'city'],
  [/county$/, 'county'],
  [/country$/, 'country'],
  [/stateorprovince$/, 'state'],
  [/_line1$/, 'street'],
  [/_line[23]$/, 'second-line'],
  [/postalcode$/, 'postal-code'],
  [/latitude$/, 'latitude'],
  [/longitude$/, 'longitude'],
  [/^jobtitle$|^title$/, 'job'],
  [/department/, 'department'],
  [/^salutation$/, 'salutation'],
  [/^(name|subject|title|codename|filename)$/, 'phrase'],
];

/** The recipe of a text column that names none. */
export function recipeByName(column: Column): Recipe {
  const found = byName.find(([pattern]) => pattern.test(column.logicalName));
  const name = found?.[1] ?? (column.type === 'memo' ? 'memo' : 'word');
  const recipe = recipes[column.logicalName === 'title' && column.filled === 1 ? 'phrase' : name];
  if (recipe === undefined) throw new Error(`no recipe called ${name}`);
  return recipe;
}
