import type { Column, Table } from './types.ts';

/** Names of collections that Microsoft's tables have; others are made of the names of both sides. */
const known: Readonly<Record<string, string>> = {
  'contact.parentcustomerid.account': 'contact_customer_accounts',
  'contact.parentcustomerid.contact': 'contact_customer_contacts',
  'account.primarycontactid.contact': 'account_primary_contact',
  'account.parentaccountid.account': 'account_parent_account',
  'opportunity.customerid.account': 'opportunity_customer_accounts',
  'opportunity.customerid.contact': 'opportunity_customer_contacts',
  'incident.customerid.account': 'incident_customer_accounts',
  'incident.customerid.contact': 'incident_customer_contacts',
  'task.regardingobjectid.account': 'Account_Tasks',
  'phonecall.regardingobjectid.account': 'Account_Phonecalls',
  'email.regardingobjectid.account': 'Account_Emails',
  'appointment.regardingobjectid.account': 'Account_Appointments',
  'activitypointer.regardingobjectid.account': 'Account_ActivityPointers',
  'annotation.objectid.account': 'Account_Annotation',
  'annotation.objectid.contact': 'Contact_Annotation',
  'activityparty.activityid.email': 'email_activity_parties',
  'activityparty.activityid.phonecall': 'phonecall_activity_parties',
  'activityparty.activityid.appointment': 'appointment_activity_parties',
};

/** Name of the other side of a lookup. */
export const partner = (table: Table, column: Column, target: string): string =>
  known[`${table.logicalName}.${column.logicalName}.${target}`] ??
  `${target === 'principal' ? 'owner' : target}_${table.logicalName}_${column.logicalName}`;

/** Name of the collection over an N:N table, the same on both sides. */
export const association = (intersect: Table): string => `${intersect.logicalName}_association`;

/** The two columns of an N:N table and the tables they name. */
export function sidesOf(intersect: Table): { readonly column: Column; readonly table: string }[] {
  if (intersect.kind !== 'intersect') return [];
  return intersect.columns.flatMap((column) => {
    const side = /^key-of:(.+)$/.exec(column.recipe ?? '')?.[1];
    return side === undefined ? [] : [{ column, table: side }];
  });
}
