import {
  booleans,
  choice,
  column,
  datetimes,
  guids,
  integers,
  key,
  lookup,
  memos,
  states,
  strings,
} from '../columns.ts';
import { audit, currency, owned, priorities, process, serviceLevel, timeZone } from '../groups.ts';
import { table } from '../table.ts';
import type { Column } from '../types.ts';

const regarding = 'account|contact|lead|opportunity|incident|quote|salesorder|invoice|campaign';

/** Columns that `activitypointer` declares and every activity inherits; the kinds of states differ. */
const inherited = (stateText: string): Column[] => [
  key('ActivityId'),
  column('entityname', 'ActivityTypeCode', { recipe: 'activity-type', label: 'Activity Type' }),
  ...strings('Subject:400', { filled: 1 }),
  ...memos('Description:2000'),
  ...memos('ActivityAdditionalParams:8192', { filled: 0 }),
  ...datetimes('ScheduledStart ScheduledEnd', { filled: 0.9 }),
  ...datetimes('ActualStart ActualEnd SentOn', { filled: 0.5 }),
  ...datetimes('DeliveryLastAttemptedOn PostponeActivityProcessingUntil', { filled: 0.02 }),
  ...integers('ActualDurationMinutes ScheduledDurationMinutes', { recipe: 'minutes' }),
  ...choice('PriorityCode', priorities, { filled: 1 }),
  ...choice('DeliveryPriorityCode', priorities),
  ...choice('Community', '0=Other|1=Facebook|2=Twitter', { filled: 0.05 }),
  ...choice('InstanceTypeCode', '0=Not Recurring|1=Recurring Master|2=Recurring Instance', { filled: 0.1 }),
  ...booleans('IsBilled IsMapiPrivate IsRegularActivity IsWorkflowCreated LeftVoiceMail', {
    recipe: 'rarely-true',
  }),
  ...guids('SeriesId', { filled: 0.01 }),
  ...lookup('RegardingObjectId', regarding, { filled: 0.85 }),
  ...lookup('SenderMailboxId', 'mailbox', { filled: 0.02 }),
  ...lookup('ServiceId', 'service', { filled: 0.02 }),
  ...currency(),
  ...process(),
  ...serviceLevel('activitypointer'),
  ...states(stateText),
  ...owned(),
  ...audit().filter(
    (each) => each.logicalName !== 'overriddencreatedon' && each.logicalName !== 'importsequencenumber',
  ),
  ...timeZone(),
];

const own = (stateText: string): Column[] => [
  ...inherited(stateText).map((each) => ({ ...each, declaredBy: 'activitypointer' })),
  ...datetimes('OverriddenCreatedOn', { filled: 0.01 }),
  ...integers('ImportSequenceNumber', { filled: 0.02 }),
];

const activity = { base: 'activitypointer', activity: true, primaryName: 'subject' } as const;

export const activitypointer = table({
  schemaName: 'ActivityPointer',
  objectTypeCode: 4200,
  label: 'Activity',
  pluralLabel: 'Activities',
  primaryName: 'subject',
  unionOf: ['email', 'task', 'phonecall', 'appointment'],
  activity: true,
  columns: [inherited('Open:1=Open|Completed:2=Completed|Canceled:3=Canceled|Scheduled:4=Scheduled')],
});

export const email = table({
  ...activity,
  schemaName: 'Email',
  objectTypeCode: 4202,
  rows: 3000,
  columns: [
    own(
      'Open:1=Draft,8=Failed|Completed:2=Completed,3=Sent,4=Received,6=Pending Send,7=Sending|Canceled:5=Canceled',
    ),
    strings('Sender:250', { recipe: 'email-address' }),
    strings('ToRecipients:500', { recipe: 'email-address' }),
    strings('SubmittedBy:250', { filled: 0.1 }),
    strings('MessageId:320', { recipe: 'message-id' }),
    strings(
      'InReplyTo:320 TrackingToken:50 ConversationIndex:2048 MimeType:256 Category:250 Subcategory:250',
      {
        filled: 0.1,
      },
    ),
    datetimes('PostponeEmailProcessingUntil', { filled: 0.01 }),
    integers('AttachmentCount DeliveryAttempts', { recipe: 'small' }),
    integers('IsUnsafe', { recipe: 'zero' }),
    choice('CorrelationMethod', '0=None|1=Skipped|2=XHeader|3=InReplyTo|4=TrackingToken', { filled: 0.5 }),
    choice('Notifications', '0=None|1=The message was saved as a Microsoft Dynamics 365 email record', {
      filled: 0.2,
    }),
    booleans('Compressed DeliveryReceiptRequested DirectionCode ReadReceiptRequested'),
    lookup('EmailSender', 'account|contact|lead|systemuser', { filled: 0.5 }),
    lookup('SendersAccount', 'account', { filled: 0.2 }),
    lookup('ParentActivityId', 'email', { filled: 0.1 }),
  ],
});

export const task = table({
  ...activity,
  schemaName: 'Task',
  objectTypeCode: 4212,
  rows: 2000,
  columns: [
    own(
      'Open:2=Not Started,3=In Progress,4=Waiting on someone else,7=Deferred|Completed:5=Completed|Canceled:6=Canceled',
    ),
    strings('Category:250 Subcategory:250', { filled: 0.2 }),
    integers('PercentComplete', { recipe: 'percent' }),
    guids('CrmTaskAssignedUniqueId SubscriptionId', { filled: 0.02 }),
  ],
});

export const phonecall = table({
  ...activity,
  schemaName: 'PhoneCall',
  objectTypeCode: 4210,
  rows: 2000,
  columns: [
    own('Open:1=Open|Completed:2=Made,4=Received|Canceled:3=Canceled'),
    strings('PhoneNumber:200'),
    strings('Category:250 Subcategory:250', { filled: 0.2 }),
    booleans('DirectionCode'),
    guids('SubscriptionId', { filled: 0.02 }),
  ],
});

export const appointment = table({
  ...activity,
  schemaName: 'Appointment',
  objectTypeCode: 4201,
  rows: 1000,
  columns: [
    own('Open:1=Free,2=Tentative|Completed:3=Completed|Canceled:4=Canceled|Scheduled:5=Busy,6=Out of Office'),
    strings('Location:200', { recipe: 'city' }),
    strings('Category:250 Subcategory:250', { filled: 0.2 }),
    strings('GlobalObjectId:300 ModifiedFieldsMask:4000', { filled: 0.1 }),
    datetimes('OriginalStartDate', { filled: 0.1 }),
    integers('OutlookOwnerApptId', { filled: 0.1 }),
    choice('AttachmentErrors', '0=None|1=The appointment was saved without its attachments', { filled: 0.1 }),
    booleans('IsAllDayEvent', { recipe: 'rarely-true' }),
    guids('SubscriptionId', { filled: 0.02 }),
  ],
});
