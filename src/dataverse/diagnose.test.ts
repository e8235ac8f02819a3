import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testConfig } from '../config/config.testing.ts';
import { testClock } from '../core/clock.testing.ts';
import { whoAmI } from './ask.ts';
import { createClient } from './client.ts';
import { diagnose, type TriedTable, unreadableTables } from './diagnose.ts';
import { failure, type Handler, json, type TestServer, testServer } from './server.testing.ts';
import type { Client } from './types.ts';

let server: TestServer;
let client: Client;
let answers: Record<string, Handler>;

const me = json(200, { UserId: 'u1', OrganizationId: 'o1' });
const rows = json(200, { value: [] });
const refused = (table: string) =>
  failure(
    403,
    '0x80040220',
    `Principal user (Id=1, type=8), is missing prvRead${table} privilege (Id=2) on OTC=1`,
  );

beforeEach(async () => {
  server = await testServer();
  answers = { WhoAmI: me, organizations: json(200, { value: [{ expirechangetrackingindays: 7 }] }) };
  server.answer((request, response) => {
    const name = /v9\.2\/([^?]+)/.exec(request.url ?? '')?.[1] ?? '';
    const tracked = request.headers['prefer']?.includes('odata.track-changes') === true;
    const handler = (tracked ? answers[`${name} tracked`] : undefined) ?? answers[name] ?? rows;
    handler(request, response);
  });
  client = await createClient(
    testConfig({ environmentHost: '127.0.0.1', environmentOrigin: server.origin }),
    {
      log: { log: () => {}, metric: () => {} },
      clock: testClock(),
      dispatcher: server.dispatcher,
      tokens: { token: async () => 't', refresh: async () => 't' },
    },
  );
});
afterEach(async () => {
  await client.close();
  await server.close();
});

const table = (setName: string, changeTracking = true): TriedTable => ({
  logicalName: setName.slice(0, -1),
  setName,
  key: `${setName}id`,
  changeTracking,
});

const look = async (tables: readonly TriedTable[]) => diagnose(client, await whoAmI(client), tables);

describe('a diagnosis', () => {
  it('finds nothing but the retention where all is well', async () => {
    expect(await look([table('accounts'), table('contacts')])).toEqual({
      readable: 2,
      unreadable: [],
      warnings: [
        'Change-tracking tokens are kept for 7 days: run at least that often, or tables are read anew.',
      ],
    });
  });

  it('names the table and the privilege that is missing', async () => {
    answers['accounts'] = refused('Account');
    const { readable, unreadable } = await look([table('accounts'), table('contacts')]);
    expect(readable).toBe(1);
    expect(unreadable).toHaveLength(1);
    expect(unreadableTables(unreadable, 2)).toMatchObject({
      kind: 'permission',
      message: expect.stringMatching(/accounts.*prvReadAccount/),
    });
  });

  it('names all tables that cannot be read in one message', async () => {
    answers['accounts'] = refused('Account');
    answers['leads'] = failure(404, '0x8006088a', "Resource not found for the segment 'leads'.");
    const { unreadable } = await look([table('accounts'), table('leads'), table('contacts', false)]);
    const { message } = unreadableTables(unreadable, 3);
    expect(message).toContain('2 of 3 tables cannot be read');
    expect(message).toContain('prvReadAccount');
    expect(message).toContain('leads');
  });

  it('sees that a role reads only part of a table, though a plain read succeeds', async () => {
    answers['accounts tracked'] = failure(
      403,
      '0x80040220',
      'SecLib::CheckPrivilege failed. User: 1, PrivilegeName: prvReadAccount, PrivilegeId: 2, Required Depth: Global',
    );
    const { readable, warnings } = await look([table('accounts')]);
    expect(readable).toBe(1);
    expect(warnings[0]).toContain('incomplete: accounts (prvReadAccount)');
  });

  it('sees it by the depth of the privilege where the table is not tracked, at the widest of several roles', async () => {
    const privilege = (name: string, depth: string) => ({ PrivilegeName: `prvRead${name}`, Depth: depth });
    answers['systemusers(u1)/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()'] = json(200, {
      RolePrivileges: [
        privilege('Account', 'Deep'),
        privilege('Contact', 'Basic'),
        privilege('Contact', 'Global'),
        privilege('Activity', 'Local'),
        privilege('Post', 'Global'),
      ],
    });
    const task = { ...table('tasks', false), key: 'activityid' };
    const { readable, warnings } = await look([
      table('accounts', false),
      table('contacts', false),
      table('posts', false),
      table('leads', false),
      task,
    ]);
    expect(readable).toBe(5);
    expect(warnings[0]).toContain('incomplete: accounts (prvReadAccount), tasks (prvReadActivity). Give it');
    expect(warnings[1]).toContain('unnoticed: accounts, contacts, posts, leads, tasks.');
  });

  it('says where deletes go unnoticed', async () => {
    answers['accounts tracked'] = failure(
      400,
      '0x80072491',
      "Entity account isn't enabled for change tracking.",
    );
    const { warnings } = await look([table('accounts'), table('posts', false), table('contacts')]);
    expect(warnings[0]).toContain('accounts, posts');
  });

  it('does without the retention where it may not be read', async () => {
    answers['organizations'] = refused('Organization');
    expect((await look([table('accounts')])).warnings).toEqual([]);
  });

  it('fails as a whole when the app is no user of the environment', async () => {
    answers['WhoAmI'] = failure(403, '0x80072560', 'The user is not a member of the organization.');
    await expect(look([table('accounts')])).rejects.toMatchObject({
      kind: 'permission',
      message: expect.stringContaining('application user'),
    });
  });

  it('fails as a whole when the service is down: that says nothing about the tables', async () => {
    answers['accounts'] = failure(500, '0x80040216', 'An unexpected error occurred.');
    await expect(look([table('accounts')])).rejects.toMatchObject({ kind: 'transient' });
  });
});
