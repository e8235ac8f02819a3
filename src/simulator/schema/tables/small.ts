import { column, guids, integers, key, lookup, states, strings } from '../columns.ts';
import { audit, owned } from '../groups.ts';
import { table } from '../table.ts';
import type { Module, Table } from '../types.ts';

/** The organisation row: settings that clients read. */
export const organization = table({
  schemaName: 'Organization',
  objectTypeCode: 1019,
  ownership: 'None',
  changeTracking: false,
  rows: 1,
  columns: [
    key('OrganizationId'),
    strings('Name:160', { recipe: 'organization-name', filled: 1 }),
    integers('LanguageCode LocaleId', { recipe: 'language' }),
    integers('ExpireChangeTrackingInDays', { recipe: 'expire-change-tracking' }),
    integers('MaxUploadFileSize', { recipe: 'max-upload' }),
    lookup('BaseCurrencyId', 'transactioncurrency', { recipe: 'first-currency' }),
    audit(),
  ],
});

/** The labels of every option of every choice column, as rows: a page-wise substitute for asking the metadata. */
export const stringmap = table({
  schemaName: 'StringMap',
  objectTypeCode: 1043,
  label: 'String Map',
  pluralLabel: 'String Maps',
  ownership: 'None',
  primaryName: undefined,
  changeTracking: false,
  listsOptions: true,
  columns: [
    key('StringMapId'),
    strings('AttributeName:100 Value:4000'),
    integers('AttributeValue LangId DisplayOrder'),
    column('entityname', 'ObjectTypeCode', { label: 'Object Type' }),
    guids('OrganizationId'),
    column('version', 'VersionNumber'),
  ],
});

type Small = [schemaName: string, code: number, plural: string, modules: Module[], extra?: Partial<Table>];

/** Tables that the standard ones point to: enough columns to be expanded and read. */
const targets: Small[] = [
  ['PriceLevel', 1022, 'pricelevels', ['sales', 'service']],
  ['Territory', 2013, 'territories', ['core']],
  ['SLA', 9750, 'slas', ['core']],
  ['UoM', 1055, 'uoms', ['sales', 'service']],
  ['UoMSchedule', 1056, 'uomschedules', ['sales', 'service']],
  ['Subject', 129, 'subjects', ['core']],
  ['Queue', 2020, 'queues', ['core']],
  ['Calendar', 4003, 'calendars', ['core']],
  ['Service', 4001, 'services', ['service']],
  ['Equipment', 4000, 'equipments', ['service']],
  ['Mailbox', 9606, 'mailboxes', ['core']],
  ['Site', 4009, 'sites', ['core']],
  ['Position', 50, 'positions', ['core']],
];

export const small: readonly Table[] = targets.map(([schemaName, objectTypeCode, setName, modules, extra]) =>
  table({
    schemaName,
    objectTypeCode,
    setName,
    modules,
    rows: 10,
    primaryName: schemaName === 'Subject' ? 'title' : 'name',
    ...extra,
    columns: [
      key(`${schemaName}Id`),
      strings(schemaName === 'Subject' ? 'Title:500' : 'Name:160', { recipe: 'phrase', filled: 1 }),
      guids('OrganizationId', { recipe: 'organization' }),
      states('Active:1=Active|Inactive:2=Inactive'),
      owned(),
      audit(),
    ],
  }),
);
