import {
  booleans,
  choice,
  column,
  doubles,
  guids,
  integers,
  key,
  lookup,
  memos,
  states,
  strings,
} from '../columns.ts';
import { address, audit, currency, image, process, timeZone } from '../groups.ts';
import { table } from '../table.ts';

/** `ownerid` is the key that the abstract type `principal` declares; rows repeat their own key in it. */
const principalKey = () =>
  column('guid', 'OwnerId', { recipe: 'own-key', label: 'Owner', declaredBy: 'principal' });

export const systemuser = table({
  schemaName: 'SystemUser',
  objectTypeCode: 8,
  label: 'User',
  base: 'principal',
  inheritedKey: 'ownerid',
  ownership: 'BusinessOwned',
  rows: 50,
  primaryName: 'fullname',
  columns: [
    key('SystemUserId'),
    principalKey(),
    strings(
      'FullName:200 FirstName:256 MiddleName:50 LastName:256 NickName:50 JobTitle:100 Salutation:20 Title:128',
    ),
    strings('YomiFullName:200 YomiFirstName:64 YomiLastName:64 YomiMiddleName:50'),
    strings('DomainName:1024', { recipe: 'email-address', filled: 1 }),
    strings(
      'InternalEMailAddress:100 PersonalEMailAddress:100 MobileAlertEMail:100 SharePointEmailAddress:1024 WindowsLiveID:1024',
    ),
    strings('HomePhone:50 MobilePhone:64 PhotoUrl:200 EmployeeId:100 GovernmentId:100 Skills:100'),
    strings('DisabledReason:500 DefaultOdbFolderName:200 YammerEmailAddress:200 YammerUserId:128', {
      filled: 0.05,
    }),
    guids('AzureActiveDirectoryObjectId ApplicationId', { filled: 0.5 }),
    guids('OrganizationId', { recipe: 'organization' }),
    choice(
      'AccessMode',
      '0=Read-Write|1=Administrative|2=Read|3=Support User|4=Non-interactive|5=Delegated Admin',
      {
        filled: 1,
        recipe: 'first-option',
      },
    ),
    choice('CALType', '0=Professional|1=Administrative|2=Basic|3=Device Professional', { filled: 1 }),
    choice('EmailRouterAccessApproval', '0=Empty|1=Approved|2=Pending Approval|3=Rejected', { filled: 1 }),
    choice(
      'IncomingEmailDeliveryMethod',
      '0=None|1=Outlook|2=Server-Side Synchronization|3=Forward Mailbox',
      { filled: 1 },
    ),
    choice('OutgoingEmailDeliveryMethod', '0=None|1=Outlook|2=Server-Side Synchronization', { filled: 1 }),
    choice(
      'InviteStatusCode',
      '0=Invitation Not Sent|1=Invited|2=Invitation Near Expired|3=Invitation Expired|4=Invitation Accepted',
    ),
    choice('PreferredAddressCode', 'Mailing Address|Other Address'),
    choice('PreferredEmailCode', 'Default Value'),
    choice('PreferredPhoneCode', 'Main Phone|Other Phone|Home Phone|Mobile Phone'),
    integers('PassportHi PassportLo UserLicenseType', { filled: 0.2 }),
    booleans('DefaultFiltersPopulated IsDisabled IsIntegrationUser SetupUser', { recipe: 'rarely-true' }),
    booleans('DisplayInServiceViews IsEmailAddressApprovedByO365Admin IsLicensed IsSyncWithDirectory'),
    lookup('BusinessUnitId', 'businessunit', { filled: 1 }),
    lookup('ParentSystemUserId', 'systemuser', { filled: 0.7 }),
    lookup('PositionId', 'position', { filled: 0.3 }),
    lookup('QueueId', 'queue', { filled: 1 }),
    lookup('SiteId', 'site', { filled: 0.1 }),
    lookup('TerritoryId', 'territory', { filled: 0.4 }),
    lookup('CalendarId', 'calendar', { filled: 1 }),
    lookup('DefaultMailbox', 'mailbox', { filled: 1 }),
    address('Address1'),
    address('Address2'),
    currency(),
    image(),
    process(),
    audit(),
    timeZone(),
  ],
});

export const team = table({
  schemaName: 'Team',
  objectTypeCode: 9,
  base: 'principal',
  inheritedKey: 'ownerid',
  ownership: 'BusinessOwned',
  rows: 20,
  columns: [
    key('TeamId'),
    principalKey(),
    strings('Name:160', { recipe: 'team-name', filled: 1 }),
    strings('EMailAddress:100 YomiName:160'),
    memos('Description:2000'),
    choice('TeamType', '0=Owner|1=Access|2=Security Group|3=Office Group', {
      filled: 1,
      recipe: 'first-option',
    }),
    booleans('IsDefault SystemManaged', { recipe: 'rarely-true' }),
    guids('OrganizationId', { recipe: 'organization' }),
    guids('AzureActiveDirectoryObjectId', { filled: 0.2 }),
    lookup('AdministratorId', 'systemuser', { filled: 1 }),
    lookup('BusinessUnitId', 'businessunit', { filled: 1 }),
    lookup('QueueId', 'queue', { filled: 1 }),
    lookup('RegardingObjectId', 'opportunity', { filled: 0.1 }),
    currency(),
    process(),
    audit(),
  ],
});

export const businessunit = table({
  schemaName: 'BusinessUnit',
  objectTypeCode: 10,
  rows: 5,
  columns: [
    key('BusinessUnitId'),
    strings('Name:160', { recipe: 'company', filled: 1 }),
    strings(
      'DivisionName:100 CostCenter:100 FileAsName:100 EMailAddress:100 WebSiteUrl:200 FtpSiteUrl:200 StockExchange:20 TickerSymbol:10',
    ),
    strings('DisabledReason:500', { filled: 0 }),
    memos('Description:2000 Picture:1000'),
    doubles('CreditLimit'),
    integers('InheritanceMask UTCOffset', { recipe: 'small' }),
    booleans('IsDisabled WorkflowSuspended', { recipe: 'rarely-true' }),
    lookup('ParentBusinessUnitId', 'businessunit', { recipe: 'parent-unit' }),
    lookup('OrganizationId', 'organization', { filled: 1 }),
    lookup('CalendarId', 'calendar', { filled: 1 }),
    address('Address1'),
    address('Address2'),
    currency(),
    audit(),
  ],
});

export const transactioncurrency = table({
  schemaName: 'TransactionCurrency',
  objectTypeCode: 9105,
  setName: 'transactioncurrencies',
  label: 'Currency',
  pluralLabel: 'Currencies',
  rows: 5,
  primaryName: 'currencyname',
  columns: [
    key('TransactionCurrencyId'),
    strings('CurrencyName:100', { recipe: 'currency-name', filled: 1 }),
    strings('CurrencySymbol:10', { recipe: 'currency-symbol', filled: 1 }),
    strings('ISOCurrencyCode:5', { recipe: 'currency-code', filled: 1 }),
    integers('CurrencyPrecision', { recipe: 'two' }),
    column('decimal', 'ExchangeRate', { scale: 10, recipe: 'own-exchange-rate' }),
    lookup('OrganizationId', 'organization', { filled: 1 }),
    image(),
    states('Active:1=Active|Inactive:2=Inactive'),
    audit(),
  ],
});
