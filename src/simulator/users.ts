import { refusal } from './errors.ts';
import { metadataId } from './metadata/labels.ts';
import type { Row } from './rows/generated.ts';
import type { Store } from './rows/store.ts';
import { isReference } from './rows/values.ts';
import type { Depth } from './schema/depth.ts';
import type { Table } from './schema/types.ts';
import type { World } from './world.ts';

/** An application that can sign in, and the application user that it is in the environment. */
export interface User {
  readonly clientId: string;
  readonly secret: string;
  readonly secretExpired: boolean;
  /** PEM of the certificate that client assertions are checked against. */
  readonly certificate: string | undefined;
  /** There is an application user for it. */
  readonly member: boolean;
  readonly disabled: boolean;
  /** Number of roles; without one everything is refused. */
  readonly roles: number;
  /** Depth of the read privilege by logical name; `*` for every other table. */
  readonly read: Readonly<Record<string, Depth>>;
  /** Has the column security profile. */
  readonly readsSecured: boolean;
  readonly userId: string;
  readonly businessUnitId: string;
}

export interface Users {
  readonly all: () => readonly User[];
  readonly byClient: (clientId: string) => User | undefined;
  readonly put: (user: User) => void;
}

export function createUsers(first: User): Users {
  const users = new Map([[first.clientId, first]]);
  return {
    all: () => [...users.values()],
    byClient: (clientId) => users.get(clientId),
    put: (user) => {
      users.set(user.clientId, user);
    },
  };
}

/** Refuses users that the environment does not let in at all. */
export function refuseStranger(user: User): undefined {
  if (!user.member) throw refusal(403, '0x80072560', 'The user is not a member of the organization.');
  if (user.disabled) {
    throw refusal(
      403,
      '0x80040225',
      `The specified user(Id = ${user.userId}) is disabled. Consider enabling this user.`,
    );
  }
  if (user.roles === 0) {
    throw refusal(403, '0x80042f09', `The user (Id = ${user.userId}) has not been assigned any roles.`);
  }
}

const depthOf = (user: User, table: Table): Depth =>
  user.read[table.logicalName] ?? user.read['*'] ?? 'Global';

const privilegeId = (table: Table): string => metadataId('privilege', 'Read', table.logicalName);

/** The rows of a table that a user sees; no row of it at all is a refusal, some rows are silence. */
export function visibleStore(world: World, user: User, store: Store): Store {
  const { table } = store;
  const depth = depthOf(user, table);
  if (depth === 'None') {
    throw refusal(
      403,
      '0x80040220',
      `Principal user (Id=${user.userId}, type=8, roleCount=${user.roles}, privilegeCount=465, accessMode=0), is missing prvRead${table.logicalName} privilege (Id=${privilegeId(table)}) on OTC=${table.objectTypeCode} for entity '${table.logicalName}'. context.Caller=${user.userId}`,
    );
  }
  const owned = table.columns.some((column) => column.type === 'owner');
  if (depth === 'Global' || !owned) return store;
  const units = depth === 'Deep' ? unitsBelow(world, user.businessUnitId) : new Set([user.businessUnitId]);
  const sees = (row: Row): boolean => {
    const value = row.value(depth === 'Basic' ? '_ownerid_value' : '_owningbusinessunit_value');
    return isReference(value) && (depth === 'Basic' ? value.id === user.userId : units.has(value.id));
  };
  return {
    ...store,
    name: `${store.name} as ${user.clientId} ${depth}`,
    table,
    find: (key) => {
      const row = store.find(key);
      return row !== undefined && sees(row) ? row : undefined;
    },
    count: () => {
      let count = 0;
      for (const row of store.walk('key')) if (sees(row)) count++;
      return count;
    },
    walk: function* (order, bounds) {
      for (const row of store.walk(order, bounds)) if (sees(row)) yield row;
    },
  };
}

function unitsBelow(world: World, root: string): Set<string> {
  const units = new Set([root]);
  const all = [...(world.store('businessunit')?.walk('key') ?? [])];
  for (let before = 0; before !== units.size; ) {
    before = units.size;
    for (const unit of all) {
      const parent = unit.value('_parentbusinessunitid_value');
      if (isReference(parent) && units.has(parent.id)) units.add(unit.key);
    }
  }
  return units;
}

/** Tracked reads want the whole table: anything less than Global is refused. */
export function refusePartialTracking(user: User, table: Table): void {
  if (depthOf(user, table) === 'Global') return;
  throw refusal(
    403,
    '0x80040220',
    `SecLib::CheckPrivilege failed. User: ${user.userId}, PrivilegeName: prvRead${table.schemaName}, PrivilegeId: ${privilegeId(table)}, Required Depth: Global, BusinessUnitId: ${user.businessUnitId}, MetadataCache Privileges Count: 7356, User Privileges Count: 586`,
  );
}

/** RetrieveUserPrivileges: the read privileges with their depths, as far as there are any. */
export function privilegesOf(world: World, user: User) {
  return world.schema.tables().flatMap((table) => {
    const depth = depthOf(user, table);
    return depth === 'None'
      ? []
      : [
          {
            Depth: depth,
            PrivilegeId: privilegeId(table),
            BusinessUnitId: user.businessUnitId,
            PrivilegeName: `prvRead${table.schemaName}`,
            RecordFilterId: '00000000-0000-0000-0000-000000000000',
          },
        ];
  });
}
