import { guidOf } from '../rows/guid.ts';
import { saltOf } from '../rows/random.ts';
import { type Depth, depths } from '../schema/depth.ts';
import type { User, Users } from '../users.ts';
import type { World } from '../world.ts';
import { ControlError } from './input.ts';

/** What can be changed of a user. */
export interface UserChanges {
  readonly secretExpired?: boolean;
  /** PEM of the certificate that client assertions are checked against. */
  readonly certificate?: string;
  readonly member?: boolean;
  readonly disabled?: boolean;
  /** Number of roles. */
  readonly roles?: number;
  /** Read depth by table; `*` for the others. */
  readonly read?: Readonly<Record<string, Depth>>;
  readonly readsSecured?: boolean;
}

export interface UserControl {
  /** Users of the environment; the first is the one that the simulator announces. */
  readonly users: () => readonly User[];
  /** Changes a user, the first one by default. */
  readonly changeUser: (changes: UserChanges, clientId?: string) => void;
  /** Registers another application, with an application user of its own. */
  readonly addUser: (changes?: UserChanges) => { readonly client_id: string; readonly client_secret: string };
}

export function userControlOf(world: World, users: Users): UserControl {
  const first = (): User => {
    const [user] = users.all();
    if (user === undefined) throw new ControlError('there is no user');
    return user;
  };
  return {
    users: users.all,
    changeUser: (changes, clientId) => {
      const user = clientId === undefined ? first() : users.byClient(clientId);
      if (user === undefined) throw new ControlError(`there is no user ${clientId}`);
      users.put({ ...user, ...checked(changes) });
    },
    addUser: (changes = {}) => {
      const place = users.all().length;
      const salt = saltOf(`user/${world.options.seed ?? 1}/${place}`);
      const rows = world.writable('systemuser')?.generated;
      const user: User = {
        ...first(),
        clientId: guidOf(salt, 1),
        secret: `${guidOf(salt, 2)}~`,
        userId: rows !== undefined && place < rows.count ? rows.key(place) : guidOf(salt, 3),
        ...checked(changes),
      };
      users.put(user);
      return { client_id: user.clientId, client_secret: user.secret };
    },
  };
}

const kinds: Readonly<Record<keyof UserChanges, string>> = {
  secretExpired: 'boolean',
  certificate: 'string',
  member: 'boolean',
  disabled: 'boolean',
  roles: 'number',
  read: 'object',
  readsSecured: 'boolean',
};

function checked(changes: UserChanges): UserChanges {
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(kinds, name))
      throw new ControlError(`users have no "${name}"; they have ${Object.keys(kinds).join(', ')}`);
    if (typeof value !== kinds[name as keyof UserChanges])
      throw new ControlError(`"${name}" must be a ${kinds[name as keyof UserChanges]}`);
  }
  for (const depth of Object.values(changes.read ?? {})) {
    if (!depths.includes(depth))
      throw new ControlError(`"${depth}" is no depth; there are ${depths.join(', ')}`);
  }
  return changes;
}
