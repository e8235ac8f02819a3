import { choice, column, guids, integers, key, lookup, memos, states, strings } from '../columns.ts';
import { audit, owned } from '../groups.ts';
import { table } from '../table.ts';
import type { Column, Table } from '../types.ts';

/** Tables beyond the standard ones, each with something that readers get wrong. */

/** N:N tables have four plain columns: no lookups, no dates. */
const intersect = (
  schemaName: string,
  setName: string,
  keyName: string,
  sides: readonly string[],
  tracked: boolean,
) =>
  table({
    schemaName,
    objectTypeCode: 0,
    setName,
    kind: 'intersect',
    ownership: 'None',
    primaryName: undefined,
    changeTracking: tracked,
    rows: 60,
    columns: [
      key(keyName),
      ...sides.map((side) =>
        column('guid', `${side}Id`, { recipe: `key-of:${side.toLowerCase()}`, filled: 1 }),
      ),
      column('version', 'VersionNumber'),
    ],
  });

export const teammembership = intersect(
  'TeamMembership',
  'teammemberships',
  'TeamMembershipId',
  ['Team', 'SystemUser'],
  true,
);
export const systemuserroles = intersect(
  'SystemUserRoles',
  'systemuserrolescollection',
  'SystemUserRoleId',
  ['SystemUser', 'Role'],
  false,
);

export const role = table({
  schemaName: 'Role',
  objectTypeCode: 1036,
  ownership: 'BusinessOwned',
  changeTracking: false,
  rows: 12,
  columns: [
    key('RoleId'),
    strings('Name:100', { recipe: 'phrase', filled: 1 }),
    lookup('BusinessUnitId', 'businessunit', { filled: 1 }),
    audit(),
  ],
});

/** Senders and recipients of activities: no createdon, no modifiedon. */
export const activityparty = table({
  schemaName: 'ActivityParty',
  objectTypeCode: 135,
  setName: 'activityparties',
  label: 'Activity Party',
  pluralLabel: 'Activity Parties',
  ownership: 'None',
  primaryName: undefined,
  rows: 400,
  columns: [
    key('ActivityPartyId'),
    lookup('ActivityId', 'email|phonecall|appointment', { filled: 1 }),
    lookup('PartyId', 'account|contact|lead|systemuser', { filled: 0.95 }),
    choice('ParticipationTypeMask', 'Sender|To Recipient|CC Recipient|BCC Recipient|Required attendee', {
      filled: 1,
    }),
    strings('AddressUsed:250', { recipe: 'email-address' }),
    column('version', 'VersionNumber'),
  ],
});

/** Has modifiedon and no versionnumber. */
export const asyncoperation = table({
  schemaName: 'AsyncOperation',
  objectTypeCode: 4700,
  label: 'System Job',
  pluralLabel: 'System Jobs',
  changeTracking: false,
  rows: 40,
  columns: [
    key('AsyncOperationId'),
    strings('Name:256', { recipe: 'phrase', filled: 1 }),
    memos('Message:1048576', { filled: 0.2 }),
    integers('OperationType', { recipe: 'small', filled: 1 }),
    states(
      'Ready:0=Waiting For Resources|Suspended:10=Waiting|Locked:20=In Progress|Completed:30=Succeeded,31=Failed',
    ),
    owned(),
    audit().filter((each) => each.type !== 'version'),
  ],
});

/** A custom table whose set was renamed, so that no rule derives it. */
export const project = table({
  schemaName: 'new_Project',
  objectTypeCode: 10_112,
  setName: 'new_allprojects',
  label: 'Project',
  primaryName: 'new_name',
  custom: true,
  rows: 50,
  columns: [
    key('new_ProjectId'),
    strings('new_Name:850', { recipe: 'phrase', filled: 1 }),
    choice('new_Phase', '100000000=Plan|100000001=Build|100000002=Run', { custom: true }),
    lookup('new_AccountId', 'account', { custom: true, filled: 0.8, navigation: 'new_AccountId' }),
    column('file', 'new_Brief', { custom: true, label: 'Brief', filled: 0.3 }),
    strings('new_Brief_Name:200', { attributeOf: 'new_brief', filled: 0.3 }),
    column('managed', 'IsCustomizable', { label: 'Customizable' }),
    states('Active:1=Active|Inactive:2=Inactive'),
    owned(),
    audit(),
  ],
});

/** An elastic table: pages of 500 rows, a partition beside the key. */
export const telemetry = table({
  schemaName: 'new_Telemetry',
  objectTypeCode: 10_113,
  setName: 'new_telemetries',
  label: 'Telemetry',
  pluralLabel: 'Telemetries',
  primaryName: 'new_name',
  kind: 'elastic',
  custom: true,
  rows: 1200,
  columns: [
    key('new_TelemetryId'),
    strings('new_Name:100', { recipe: 'phrase', filled: 1 }),
    strings('PartitionId:100', { recipe: 'partition', filled: 1 }),
    integers('TTLInSeconds', { filled: 0.2 }),
    memos('new_Payload:1048576', { recipe: 'json', filled: 1 }),
    owned(),
    audit(),
  ],
});

/** A virtual table: neither versions nor dates nor tracking. */
export const externalproduct = table({
  schemaName: 'new_ExternalProduct',
  objectTypeCode: 10_114,
  label: 'External Product',
  primaryName: 'new_name',
  kind: 'virtual',
  ownership: 'OrganizationOwned',
  changeTracking: false,
  custom: true,
  rows: 25,
  columns: [
    key('new_ExternalProductId'),
    strings('new_Name:100', { recipe: 'product', filled: 1 }),
    integers('new_Stock', { filled: 1 }),
  ],
});

/** In `$metadata`, but refused as a list. */
const refusing = (schemaName: string, setName: string): Table =>
  table({
    schemaName,
    objectTypeCode: 0,
    setName,
    ownership: 'None',
    changeTracking: false,
    refusesReads: true,
    primaryName: undefined,
    rows: 0,
    columns: [key(`${schemaName}Id`), guids('OrganizationId') as Column[]],
  });

export const calendarrule = refusing('CalendarRule', 'calendarrules');
export const complexcontrol = refusing('ComplexControl', 'complexcontrols');
