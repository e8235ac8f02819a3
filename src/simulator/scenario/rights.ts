import type { UserChanges } from '../control/users.ts';
import { type Depth, depths } from '../schema/depth.ts';
import type { Table } from '../schema/types.ts';
import type { RoleSpec, UserSpec } from './types.ts';

/** Turns the roles of a user into what the environment checks: of several roles, the widest depth counts. */
export function rightsOf(
  user: UserSpec,
  roles: Readonly<Record<string, RoleSpec>>,
  tables: readonly Table[],
): UserChanges {
  const { roles: names, ...rest } = user;
  if (names === undefined) return rest;
  const held = names.map((name) => {
    const role = roles[name];
    if (role === undefined) throw new Error(`there is no role ${name}`);
    return byLogicalName(role, tables, name);
  });
  const mentioned = new Set(['*', ...held.flatMap((read) => Object.keys(read))]);
  const depthOf = (table: string): Depth =>
    held.reduce<Depth>((widest, read) => wider(widest, read[table] ?? read['*'] ?? 'None'), 'None');
  return {
    ...rest,
    roles: names.length,
    read: Object.fromEntries([...mentioned].map((table) => [table, depthOf(table)])),
  };
}

const wider = (a: Depth, b: Depth): Depth => (depths.indexOf(a) >= depths.indexOf(b) ? a : b);

function byLogicalName(
  { read = {} }: RoleSpec,
  tables: readonly Table[],
  role: string,
): Record<string, Depth> {
  return Object.fromEntries(
    Object.entries(read).map(([name, depth]) => {
      if (name === '*') return [name, depth];
      const table = tables.find(({ logicalName, setName }) => logicalName === name || setName === name);
      if (table === undefined) throw new Error(`role ${role} names a table ${name}, which there is not`);
      return [table.logicalName, depth];
    }),
  );
}
