import { readFileSync } from 'node:fs';

/**
 * What is known about tables without asking the environment: data files in `catalog/`, beside the code in the package, so
 * that they can be read and corrected by people who do not read TypeScript.
 */

interface StandardTable {
  /** Entity set name, `accounts`. */
  readonly set: string;
  /** Logical name, `account`. */
  readonly table: string;
  readonly module: string;
  readonly description: string;
}

const standard = read<readonly StandardTable[]>('standard-tables.json');
const refusing = read<{ reason: string; tables: readonly string[] }>('excluded-tables.json');
const large = read<Readonly<Record<string, readonly string[]>>>('large-columns.json');
const microsoft = new Set(read<readonly string[]>('microsoft-prefixes.json'));

const standardNames = new Set(standard.map((table) => table.table));
const standardSets = new Set(standard.map((table) => table.set));
const refusingNames = new Set(refusing.tables);

/** True for the 20 standard tables of Sales, Service and Marketing, by logical name. */
export function isStandardTable(logicalName: string): boolean {
  return standardNames.has(logicalName);
}

/** True for the sets of the 20 standard tables: `accounts`. */
export function isStandardSet(setName: string): boolean {
  return standardSets.has(setName);
}

/** Why a table that `$metadata` lists cannot be read, or undefined. */
export function refusalOf(logicalName: string): string | undefined {
  return refusingNames.has(logicalName) ? refusing.reason : undefined;
}

/** True for text columns that hold whole files, which make list reads time out (Microsoft: "Use file column data"). */
export function isLargeColumn(table: string, column: string): boolean {
  return large[table]?.includes(column) ?? false;
}

/**
 * True where a custom table is the customer's or a third party's. Microsoft ships thousands of tables that the server
 * calls custom; only the publisher's prefix tells them apart, and what has no prefix is Microsoft's too.
 */
export function isPublishedByMicrosoft(logicalName: string): boolean {
  const underscore = logicalName.indexOf('_');
  return underscore <= 0 || microsoft.has(logicalName.slice(0, underscore));
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../../../catalog/${name}`, import.meta.url), 'utf8')) as T;
}
