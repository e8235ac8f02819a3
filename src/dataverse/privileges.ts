import { isJsonObject, type Json } from '../core/json.ts';
import { askIfAllowed } from './ask.ts';
import type { Client } from './types.ts';

/** A table whose read privilege is looked for. */
interface Readable {
  readonly logicalName: string;
  /** Its primary key column. */
  readonly key: string;
}

/** From narrow to wide (Microsoft: "PrivilegeDepth Enum"). */
const depths: readonly Json[] = ['Basic', 'Local', 'Deep', 'Global'];

/**
 * Tells of a table the read privilege that is held at less than organisation depth: its rows are then left out without a
 * word. Undefined where nothing speaks against the table, or the user may not look at their own privileges.
 */
export async function partialReads(
  client: Client,
  userId: string,
): Promise<(table: Readable) => string | undefined> {
  const url = `systemusers(${userId})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`;
  const answer = await askIfAllowed(client, { url, stream: 'systemusers' });
  const held = widest(isJsonObject(answer) ? answer['RolePrivileges'] : undefined);
  return ({ logicalName, key }) => {
    const own = held.get(`prvread${logicalName}`);
    // All activities share one privilege.
    const found = own ?? (key === 'activityid' ? held.get('prvreadactivity') : undefined);
    return found === undefined || found.depth === depths.length - 1 ? undefined : found.name;
  };
}

/** The privileges by name in lower case; of several roles the widest depth counts. */
function widest(
  privileges: Json | undefined,
): Map<string, { readonly name: string; readonly depth: number }> {
  const held = new Map<string, { readonly name: string; readonly depth: number }>();
  for (const privilege of Array.isArray(privileges) ? privileges : []) {
    const { PrivilegeName: name, Depth } = isJsonObject(privilege) ? privilege : {};
    const depth = depths.indexOf(Depth ?? null);
    if (typeof name !== 'string' || depth === -1) continue;
    const before = held.get(name.toLowerCase());
    if (before === undefined || before.depth < depth) held.set(name.toLowerCase(), { name, depth });
  }
  return held;
}
