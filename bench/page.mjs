// Pages as Dataverse sends them, for the benchmarks: 112 columns of the kinds and in the proportions of the account table.
const polymorphic = ['ownerid', 'customerid', 'regardingobjectid', 'parentcontactorlead'];
const lookups = [
  ...polymorphic,
  ...[
    'createdby',
    'modifiedby',
    'createdonbehalfby',
    'modifiedonbehalfby',
    'owningbusinessunit',
    'owninguser',
  ],
  ...[
    'owningteam',
    'transactioncurrencyid',
    'primarycontactid',
    'defaultpricelevelid',
    'territoryid',
    'slaid',
  ],
];
const choices = [
  ...['statecode', 'statuscode', 'industrycode', 'ownershipcode', 'accountcategorycode', 'customertypecode'],
  ...[
    'accountclassificationcode',
    'accountratingcode',
    'businesstypecode',
    'customersizecode',
    'paymenttermscode',
  ],
  ...['preferredcontactmethodcode', 'preferredappointmentdaycode', 'shippingmethodcode', 'territorycode'],
  ...['address1_addresstypecode', 'address1_freighttermscode', 'address1_shippingmethodcode'],
  ...['address2_addresstypecode', 'address2_freighttermscode', 'address2_shippingmethodcode'],
];
const flags = [
  'creditonhold',
  'merged',
  'participatesinworkflow',
  'marketingonly',
  'followemail',
  'isprivate',
].concat(
  ['bulkemail', 'email', 'fax', 'phone', 'postalmail', 'bulkpostalmail'].map((name) => `donot${name}`),
);
const money = ['revenue', 'creditlimit', 'marketcap', 'aging30', 'aging60', 'aging90'].flatMap((name) => [
  name,
  `${name}_base`,
]);
const numbers = [
  'numberofemployees',
  'sharesoutstanding',
  'versionnumber',
  'timezoneruleversionnumber',
].concat(['exchangerate', 'address1_latitude', 'address1_longitude', 'importsequencenumber']);
const dates = [
  'createdon',
  'modifiedon',
  'lastonholdtime',
  'overriddencreatedon',
  'lastusedincampaign',
].concat(['opendeals_date', 'openrevenue_date', 'onboardingdate']);
const address = [
  'line1',
  'line2',
  'line3',
  'city',
  'stateorprovince',
  'postalcode',
  'country',
  'county',
  'telephone1',
];
const texts = [
  'name',
  'accountnumber',
  'description',
  'emailaddress1',
  'emailaddress2',
  'telephone1',
  'telephone2',
]
  .concat([
    'fax',
    'websiteurl',
    'ftpsiteurl',
    'tickersymbol',
    'stockexchange',
    'sic',
    'yominame',
    'traversedpath',
  ])
  .concat(['primarysatoriid', 'primarytwitterid', 'processid', 'stageid', 'timespentbymeonemailandmeetings'])
  .concat(address.map((part) => `address1_${part}`))
  .concat(address.slice(0, 5).map((part) => `address2_${part}`));

const label = '@OData.Community.Display.V1.FormattedValue';
const type = '@Microsoft.Dynamics.CRM.lookuplogicalname';
const words = [
  'Contoso',
  'Fabrikam',
  'Northwind',
  'Zürich',
  'Wholesale',
  'Logistics',
  'Größe',
  'Adventure',
  'Coho',
];
const key = 'accountid';

/** A row's columns: wire name, kind and, for lookups, whether the type of its target is wanted (the server sends all). */
export const columns = [
  ...texts.map((name) => ({ name, kind: 'text' })),
  ...choices.map((name) => ({ name, kind: 'choice' })),
  ...flags.map((name) => ({ name, kind: 'flag' })),
  ...money.map((name) => ({ name, kind: 'money' })),
  ...numbers.map((name) => ({ name, kind: 'number' })),
  ...dates.map((name) => ({ name, kind: 'date' })),
  ...lookups.map((name) => ({ name: `_${name}_value`, kind: 'lookup', typed: polymorphic.includes(name) })),
  { name: key, kind: 'key' },
];

/** Numbers in [0, 1) that are the same on every run. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const hex = (next, digits) =>
  Math.floor(next() * 16 ** digits)
    .toString(16)
    .padStart(digits, '0');
const guid = (next) =>
  `${hex(next, 8)}-${hex(next, 4)}-${hex(next, 4)}-${hex(next, 4)}-${hex(next, 8)}${hex(next, 4)}`;
const sentence = (next, count) =>
  Array.from({ length: count }, () => words[Math.floor(next() * words.length)]).join(' ');

const values = {
  text: (next) =>
    next() < 0.3 ? null : JSON.stringify(next() < 0.03 ? `"${sentence(next, 40)}"\r\n` : sentence(next, 3)),
  choice: (next) => (next() < 0.4 ? null : String(Math.floor(next() * 30))),
  flag: (next) => String(next() < 0.5),
  money: (next) =>
    next() < 0.2 ? null : `${Math.floor(next() * 1e6)}.${hex(next, 1).charCodeAt(0) % 10}000`,
  number: (next) => (next() < 0.2 ? null : String(Math.floor(next() * 1e6))),
  date: (next) =>
    next() < 0.2 ? null : `"2024-0${1 + Math.floor(next() * 9)}-15T10:0${Math.floor(next() * 9)}:00Z"`,
  lookup: (next) => (next() < 0.3 ? null : `"${guid(next)}"`),
  key: (next) => `"${guid(next)}"`,
};

/**
 * A page of accounts. `annotations`: `none`, `types` (the target tables of lookups) or `labels` (those, and
 * the texts of choices, flags and lookups).
 */
export function pageOf(rows, annotations, seed = 1) {
  const next = random(seed);
  const lines = [];
  for (let row = 0; row < rows; row++) {
    const members = [`"@odata.etag":"W/\\"${4372108 + row}\\""`];
    for (const { name, kind } of columns) {
      const value = values[kind](next);
      const text = sentence(next, 2);
      const labelled = kind === 'choice' || kind === 'flag' || kind === 'lookup';
      if (value !== null && annotations === 'labels' && labelled) members.push(`"${name}${label}":"${text}"`);
      if (value !== null && annotations !== 'none' && kind === 'lookup')
        members.push(`"${name}${type}":"systemuser"`);
      members.push(`"${name}":${value}`);
    }
    lines.push(`{${members.join(',')}}`);
  }
  const context = 'https://org.crm.dynamics.com/api/data/v9.2/$metadata#accounts(name,accountnumber)';
  const link =
    'https://org.crm.dynamics.com/api/data/v9.2/accounts?$skiptoken=%3Ccookie%20pagenumber=%222%22%3E';
  return Buffer.from(
    `{"@odata.context":"${context}","value":[${lines.join(',')}],"@odata.nextLink":"${link}"}`,
  );
}

/** The row shape that goes with `annotations`. */
export function shapeOf(annotations) {
  const shaped = columns.flatMap(({ name, kind, typed }) => {
    const stem = name.replace(/_value$/, '');
    const labelled = kind === 'choice' || kind === 'flag' || kind === 'lookup';
    return [
      { key: name, as: name, transform: 'none' },
      ...(annotations !== 'none' && typed
        ? [{ key: name + type, as: `${stem}_type`, transform: 'none' }]
        : []),
      ...(annotations === 'labels' && labelled
        ? [{ key: name + label, as: `${stem}_label`, transform: 'none' }]
        : []),
    ];
  });
  return { columns: shaped, keyColumn: key };
}

/** A Singer frame. */
export const frame = {
  before: Buffer.from('{"type":"RECORD","stream":"accounts","record":{'),
  after: Buffer.from('},"time_extracted":"2024-01-31T10:00:00.000000Z"}\n'),
};
