/** Arbitrary pages, as text: whatever a server may send, and some more. */
import fc from 'fast-check';
import { repairedText } from './reference.testing.ts';

/** How free a page is: `server` as Dataverse writes it, `any` with white space, missing etags, deleted rows and more. */
export type Style = 'server' | 'any';

/** The annotation that says which table a lookup leads to. */
export const typeAnnotation = '@Microsoft.Dynamics.CRM.lookuplogicalname';
/** The annotation that says in words what a value means. */
export const labelAnnotation = '@OData.Community.Display.V1.FormattedValue';

/** Annotations that rows have where values are not null: none, the types of lookups, or labels of all columns as well. */
export type Annotated = 'none' | 'types' | 'labels';

/** Member names that rows draw from. */
export const names = [
  'name',
  'revenue',
  '_ownerid_value',
  '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
  '_customerid_value',
  '_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname',
  'statecode',
  'statecode@OData.Community.Display.V1.FormattedValue',
  'größe "x\\y"',
  'a',
  '',
];

const traps = [
  '},{"@odata.etag":"W/\\"1\\"","name":"x"}],',
  '{"@odata.etag":"',
  '@Microsoft.Dynamics.CRM.lookuplogicalname":"account"',
  '],"@odata.nextLink":"https://no"}',
  '"value":[',
  '_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":',
  '\\u0000',
  '\\ud83d',
  'x'.repeat(300),
];

/** One UTF-16 unit as it may stand in a JSON string: as it is where that is allowed, or escaped in one of the ways. */
function written(char: string, way: number): string {
  const hex = char.charCodeAt(0).toString(16).padStart(4, '0');
  if (char.length === 1 && way === 0) return `\\u${hex}`;
  if (char.length === 1 && way === 1) return `\\u${hex.toUpperCase()}`;
  return JSON.stringify(char).slice(1, -1);
}

const char = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.constantFrom('"', '\\', '/', '\n', '\r', '\t', '\u2028', '\u007f', '😀') },
);
const strange = fc.constantFrom('\0', '\ud83d', '\ude00', '\udbff', '\udc00');

function string(repairs: boolean): fc.Arbitrary<string> {
  const unit = repairs ? fc.oneof({ weight: 12, arbitrary: char }, { weight: 1, arbitrary: strange }) : char;
  const piece = fc
    .tuple(unit, fc.nat(9))
    .map(([c, way]) =>
      repairs || c.length > 1 || !/[\0\p{Surrogate}]|[\ud000-\ud7ff]/u.test(c) ? written(c, way) : '',
    );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => `"${pieces.join('')}"`);
  return fc.oneof(
    { weight: 5, arbitrary: text },
    { weight: 1, arbitrary: fc.constantFrom(...traps).map((t) => JSON.stringify(t)) },
  );
}

const number = fc.oneof(
  fc.constantFrom(
    '922337203685477.5807',
    '9223372036854775807',
    '-9223372036854775808',
    '20000.0000',
    '0',
    '-0.0',
    '1E5',
  ),
  fc.tuple(fc.bigInt(), fc.constantFrom('', '.5', '.0000', 'e-7', 'E+12')).map(([n, rest]) => `${n}${rest}`),
);

/** JSON texts of values. */
function value(style: Style, space: fc.Arbitrary<string>, depth: number): fc.Arbitrary<string> {
  const leaf = fc.oneof(string(style === 'any'), number, fc.constantFrom('null', 'true', 'false', '""'));
  if (depth === 0) return leaf;
  const inner = value(style, space, depth - 1);
  const name = style === 'any' ? fc.oneof(string(true), fc.constant('"@odata.etag"')) : string(false);
  return fc.oneof(
    { weight: 12, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.array(inner, { maxLength: 3 }).chain((list) => joined(list, '[', ']', space)),
    },
    {
      weight: 1,
      arbitrary: fc
        .uniqueArray(fc.tuple(name, inner), {
          maxLength: 3,
          selector: ([n]) => repairedText(JSON.parse(n) as string),
        })
        .chain((list) =>
          joined(
            list.map(([n, v]) => `${n}:${v}`),
            '{',
            '}',
            space,
          ),
        ),
    },
  );
}

function joined(
  parts: readonly string[],
  open: string,
  close: string,
  space: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  return fc
    .array(space, { minLength: 2 * parts.length + 2, maxLength: 2 * parts.length + 2 })
    .map(
      (gaps) =>
        `${open}${gaps[0]}${parts.map((part, i) => `${gaps[2 * i + 1]}${part}${gaps[2 * i + 2]}`).join()}${gaps.at(-1)}${close}`,
    );
}

const etag = fc.nat().map((version) => `"@odata.etag":"W/\\"${version}\\""`);
const guid = fc.uuid();

/** A row as the server writes it. */
function serverRow(columns: readonly string[], annotated: Annotated): fc.Arbitrary<string> {
  const member = (name: string): fc.Arbitrary<string[]> => {
    const nesting = annotated === 'none' ? 2 : 0;
    const plain = value('server', fc.constant(''), nesting).map((v) => `${JSON.stringify(name)}:${v}`);
    const wanted = [
      ...(annotated === 'labels' ? [labelAnnotation] : []),
      ...(annotated !== 'none' && /^_.*_value$/.test(name) ? [typeAnnotation] : []),
    ];
    const annotations = wanted.map((annotation) =>
      fc.option(string(false).map((v) => `${JSON.stringify(name + annotation)}:${v}`)),
    );
    return fc.tuple(...annotations, plain).map((parts) => parts.filter((part) => part !== null));
  };
  const key = guid.map((id) => [`"accountid":"${id}"`]);
  return fc
    .tuple(etag, ...columns.map(member), key)
    .map(([tag, ...members]) => `{${[tag, ...members.flat()].join()}}`);
}

function anyRow(space: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const member = (name: string) =>
    fc.tuple(space, space, value('any', space, 2)).map(([a, b, v]) => `${JSON.stringify(name)}${a}:${b}${v}`);
  const key = guid.map((id) => `"accountid":"${id}"`);
  const some = fc.shuffledSubarray([...names]).chain((own) => fc.tuple(...own.map(member)));
  const tagged = fc.tuple(etag, some, key).map(([tag, members, id]) => [tag, ...members, id]);
  const deleted = guid.map((id) => [
    '"@odata.context":"https://x/$metadata#accounts/$deletedEntity"',
    `"id":"${id}"`,
    '"reason":"deleted"',
  ]);
  return fc
    .oneof(
      { weight: 4, arbitrary: tagged },
      { weight: 2, arbitrary: some },
      { weight: 1, arbitrary: deleted },
    )
    .chain((members) => joined(members, '{', '}', space));
}

const link = fc.webUrl({ withQueryParameters: true }).map((url) => JSON.stringify(`${url}]}"\\`));

/** Pages of rows. Those of style `server` have the columns given in each row, and no string that needs repair. */
export function pages(
  style: Style,
  columns: readonly string[] = names,
  annotated: Annotated = 'none',
): fc.Arbitrary<string> {
  const tight = fc.constant('');
  const loose = fc.oneof({ weight: 3, arbitrary: tight }, fc.constantFrom(' ', '\n  ', '\t', '\r\n'));
  return fc.boolean().chain((free) => {
    const space = style === 'any' && free ? loose : tight;
    const rows = fc.array(style === 'any' ? anyRow(space) : serverRow(columns, annotated), {
      minLength: style === 'any' ? 0 : 1,
      maxLength: 5,
    });
    const around = fc.record(
      {
        '@odata.context': fc.constant('"https://x/$metadata#accounts(name)"'),
        '@odata.nextLink': link,
        '@odata.deltaLink': link,
        '@odata.count': number,
        other: value(style, space, 2),
      },
      { requiredKeys: [] },
    );
    return fc.tuple(rows, around, fc.nat(5)).chain(([list, rest, place]) =>
      joined(list, '[', ']', space).chain((array) => {
        const members = Object.entries(rest).map(([name, text]) => `"${name}":${text}`);
        members.splice(place, 0, `"value":${array}`);
        return joined(members, '{', '}', space);
      }),
    );
  });
}
