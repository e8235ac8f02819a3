import {
  bigints,
  choice,
  column,
  datetimes,
  decimals,
  doubles,
  guids,
  integers,
  lookup,
  memos,
  strings,
} from './columns.ts';
import type { Column } from './types.ts';

/** Groups of columns that many tables share. */

/** Who and when: on nearly every table. */
export const audit = (): Column[] => [
  ...datetimes('CreatedOn', { recipe: 'created' }),
  ...lookup('CreatedBy', 'systemuser', { filled: 1 }),
  ...lookup('CreatedOnBehalfBy', 'systemuser', { filled: 0.02 }),
  ...datetimes('ModifiedOn', { recipe: 'modified' }),
  ...lookup('ModifiedBy', 'systemuser', { filled: 1 }),
  ...lookup('ModifiedOnBehalfBy', 'systemuser', { filled: 0.02 }),
  ...datetimes('OverriddenCreatedOn', { filled: 0.01 }),
  ...integers('ImportSequenceNumber', { filled: 0.02 }),
  column('version', 'VersionNumber'),
];

export const timeZone = (): Column[] => [
  ...integers('TimeZoneRuleVersionNumber', { recipe: 'zero' }),
  ...integers('UTCConversionTimeZoneCode', { filled: 0.1 }),
];

/** Owner and the three columns that the platform derives of it. */
export const owned = (): Column[] => [
  column('owner', 'OwnerId', {
    name: '_ownerid_value',
    label: 'Owner',
    navigations: [{ name: 'ownerid', target: 'principal' }],
    filled: 1,
  }),
  column('string', 'OwnerIdName', { surfaced: false, attributeOf: 'ownerid' }),
  ...lookup('OwningBusinessUnit', 'businessunit', { recipe: 'owning-business-unit' }),
  ...lookup('OwningUser', 'systemuser', { recipe: 'owning-user' }),
  ...lookup('OwningTeam', 'team', { recipe: 'owning-team' }),
];

export const currency = (): Column[] => [
  ...lookup('TransactionCurrencyId', 'transactioncurrency', { filled: 1 }),
  ...decimals('ExchangeRate', { recipe: 'exchange-rate', scale: 10 }),
];

/** Business process flow. */
export const process = (): Column[] => [
  ...guids('ProcessId StageId', { filled: 0.1 }),
  ...strings('TraversedPath:1250', { filled: 0 }),
];

/** Record image: the bytes come only when selected by name, the three companions always. */
export const image = (): Column[] => [
  column('image', 'EntityImage', { label: 'Entity Image', onlyWhenSelected: true }),
  ...guids('EntityImageId', { recipe: 'image-id' }),
  ...bigints('EntityImage_Timestamp', { recipe: 'image-timestamp', attributeOf: 'entityimage' }),
  ...strings('EntityImage_URL:200', { recipe: 'image-url', attributeOf: 'entityimage' }),
];

export const serviceLevel = (navigation: string): Column[] => [
  ...lookup('SLAId', 'sla', {
    filled: 0.05,
    navigation: `${navigation === 'incident' ? 'slaid' : 'sla'}_${navigation}_sla`,
  }),
  ...lookup('SLAInvokedId', 'sla', { filled: 0.02, navigation: `slainvokedid_${navigation}_sla` }),
  ...datetimes('LastOnHoldTime', { filled: 0.03 }),
  ...integers('OnHoldTime', { filled: 0.03 }),
];

/** The address columns of one address; `parts` leaves out what a table does not have. */
export function address(prefix: string, parts: 'full' | 'short' = 'full'): Column[] {
  const names = (list: string) =>
    list
      .split(/\s+/)
      .map((name) => `${prefix}_${name}`)
      .join(' ');
  const filled = prefix === 'Address1' || prefix === 'BillTo' ? 0.95 : 0.2;
  const full = parts === 'full';
  return [
    ...guids(names('AddressId'), { filled: 1 }),
    ...strings(names('Name:200 Line1:250 Line2:250 Line3:250 City:80 StateOrProvince:50'), { filled }),
    ...strings(names('PostalCode:20 Country:80'), { filled }),
    ...memos(names('Composite:1000'), { recipe: 'composite-address' }),
    ...(full
      ? [
          ...strings(names('County:50 PostOfficeBox:20 UPSZone:4 Fax:50'), { filled: filled / 4 }),
          ...strings(names('Telephone1:50 Telephone2:50 Telephone3:50'), { filled: filled / 3 }),
          ...doubles(names('Latitude Longitude'), { filled }),
          ...integers(names('UTCOffset'), { filled: filled / 4 }),
          ...choice(`${prefix}_AddressTypeCode`, 'Bill To|Ship To|Primary|Other', { filled }),
          ...choice(`${prefix}_ShippingMethodCode`, shippingMethods, { filled }),
        ]
      : []),
  ];
}

/** Ship-to or bill-to address of an order document. */
export const documentAddress = (prefix: string): Column[] => {
  const names = (list: string) =>
    list
      .split(' ')
      .map((name) => `${prefix}_${name}`)
      .join(' ');
  return [
    ...strings(names('Name:200 Line1:4000 Line2:4000 Line3:4000 City:80 StateOrProvince:50'), {
      filled: 0.8,
    }),
    ...strings(names('PostalCode:20 Country:80 Telephone:50 Fax:50'), { filled: 0.8 }),
    ...memos(names('Composite:1000'), { recipe: 'composite-address' }),
  ];
};

export const shippingMethods = 'Airborne|DHL|FedEx|UPS|Postal Mail|Full Load|Will Call';
export const freightTerms = '1=FOB|2=No Charge';
export const paymentTerms = '1=Net 30|2=2% 10, Net 30|3=Net 45|4=Net 60';
export const industries =
  'Accounting|Agriculture and Non-petrol Natural Resource Extraction|Broadcasting Printing and Publishing|Brokers|' +
  'Building Supply Retail|Business Services|Consulting|Consumer Services|Design, Direction and Creative Management|' +
  "Distributors, Dispatchers and Processors|Doctor's Offices and Clinics|Durable Manufacturing|" +
  'Eating and Drinking Places|Entertainment Retail|Equipment Rental and Leasing|Financial|' +
  'Food and Tobacco Processing|Inbound Capital Intensive Processing|Inbound Repair and Services|Insurance|' +
  'Legal Services|Non-Durable Merchandise Retail|Outbound Consumer Service|Petrochemical Extraction and Distribution|' +
  'Service Retail|SIG Affiliations|Social Services|Special Outbound Trade Contractors|Specialty Realty|' +
  'Transportation|Utility Creation and Distribution|Vehicle Retail|Wholesale';
export const contactMethods = 'Any|Email|Phone|Fax|Mail';
export const leadSources =
  'Advertisement|Employee Referral|External Referral|Partner|Public Relations|Seminar|Trade Show|Web|Word of Mouth|Other';
export const priorities = '0=Low|1=Normal|2=High';
