import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { generate } from 'selfsigned';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainClient } from '../../src/simulator/client.testing.ts';
import { withSimulator } from './harness.ts';

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('signing in', () => {
  const harness = withSimulator({ rows: { '*': 30 }, tokenSeconds: 600 });

  it('1. a token comes from the tenant, lives as long as configured, and can be renewed', async () => {
    const { status, json } = await harness.client.token();
    expect([status, json.token_type, json.expires_in, json.ext_expires_in]).toEqual([
      200,
      'Bearer',
      600,
      600,
    ]);
    expect(json).not.toHaveProperty('refresh_token');
    const call = (token: string) =>
      harness.client.send('GET', 'WhoAmI', { authorization: `Bearer ${token}` });
    expect((await call(json.access_token)).status).toBe(200);
    harness.simulator.control.advance(601_000);
    expect((await call(json.access_token)).status).toBe(401);
    await harness.signIn();
    expect((await harness.client.get('WhoAmI')).status).toBe(200);
    harness.simulator.control.expireTokens();
    expect((await harness.client.get('WhoAmI')).status).toBe(401);
    await harness.signIn();
  });

  it('1. OpenID configuration names the token endpoint', async () => {
    const { authority_host: host, tenant_id: tenant } = harness.simulator.ready;
    const { json } = await harness.client.get(`${host}/${tenant}/v2.0/.well-known/openid-configuration`);
    expect(json.token_endpoint).toBe(`${host}/${tenant}/oauth2/v2.0/token`);
    expect(json.issuer).toBe(`${host}/${tenant}/v2.0`);
  });

  it('1. the first form of the endpoint takes a resource and says expires_in as text', async () => {
    const { authority_host: host, tenant_id: tenant, client_id, client_secret } = harness.simulator.ready;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id,
      client_secret,
      resource: `${host}/`,
    });
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const { json } = await harness.client.send(
      'POST',
      `${host}/${tenant}/oauth2/token`,
      type,
      form.toString(),
    );
    expect(json.expires_in).toBe('600');
  });

  it.each([
    [7000215, 401, 'invalid_client', { client_secret: 'wrong' }, undefined],
    [700016, 400, 'unauthorized_client', { client_id: '00000000-0000-4000-8000-000000000000' }, undefined],
    [90002, 400, 'invalid_request', {}, '00000000-0000-4000-8000-000000000000'],
    [500011, 400, 'invalid_resource', { scope: 'https://other.crm.dynamics.com/.default' }, undefined],
    [70011, 400, 'invalid_scope', { scope: 'nonsense' }, undefined],
  ])('2. AADSTS%d', async (code, status, error, form, tenant) => {
    const answer = await harness.client.token(form as Record<string, string>, tenant);
    expect([answer.status, answer.json.error, answer.json.error_codes]).toEqual([status, error, [code]]);
    expect(answer.json.error_description).toMatch(
      new RegExp(`^AADSTS${code}: .* Trace ID: .* Correlation ID: .* Timestamp: `),
    );
    expect(Object.keys(answer.json)).toEqual(
      expect.arrayContaining(['timestamp', 'trace_id', 'correlation_id']),
    );
    expect(answer.json.timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
  });

  it('2. AADSTS7000222: the secret has expired', async () => {
    harness.simulator.control.changeUser({ secretExpired: true });
    expect((await harness.client.token()).json.error_codes).toEqual([7000222]);
    harness.simulator.control.changeUser({ secretExpired: false });
  });

  describe('3. with a certificate', () => {
    let certificate = '';
    let key = '';
    beforeAll(async () => {
      const made = await generate([{ name: 'commonName', value: 'client' }], {
        keySize: 2048,
        algorithm: 'sha256',
      });
      certificate = made.cert;
      key = made.private;
      harness.simulator.control.changeUser({ certificate });
    });
    const assertion = (changes: { aud?: string; exp?: number; key?: string; iss?: string } = {}): string => {
      const { authority_host: host, tenant_id: tenant, client_id: id } = harness.simulator.ready;
      const der = Buffer.from(certificate.replace(/-----.*?-----|\s/g, ''), 'base64');
      const header = { alg: 'RS256', typ: 'JWT', x5t: createHash('sha1').update(der).digest('base64url') };
      const claims = {
        iss: changes.iss ?? id,
        sub: changes.iss ?? id,
        aud: changes.aud ?? `${host}/${tenant}/oauth2/v2.0/token`,
        exp: changes.exp ?? harness.simulator.control.now() / 1000 + 300,
        jti: 'once',
      };
      const signed = `${base64(header)}.${base64(claims)}`;
      return `${signed}.${createSign('sha256')
        .update(signed)
        .sign(changes.key ?? key, 'base64url')}`;
    };
    const ask = (client_assertion: string) =>
      harness.client.token({
        client_secret: '',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion,
      });

    it('3. a good assertion is accepted', async () => {
      expect((await ask(assertion())).status).toBe(200);
    });

    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    });
    it.each([
      ['signature', () => assertion({ key: String(other) })],
      ['audience', () => assertion({ aud: 'https://login.example.com' })],
      ['expiry', () => assertion({ exp: 1 })],
      ['issuer', () => assertion({ iss: 'somebody-else' })],
      ['shape', () => 'not.a.token'],
    ])('3. a wrong %s is refused', async (_, make) => {
      const answer = await ask(make());
      expect([answer.status, answer.json.error_codes]).toEqual([401, [700027]]);
    });
  });

  it('4. without a good token: 401 in plain text that names the tenant, unquoted', async () => {
    const stranger = await plainClient(harness.simulator.ready, false);
    const { tenant_id: tenant, environment_url: host } = harness.simulator.ready;
    for (const headers of [{}, { authorization: 'Bearer garbage' }]) {
      const answer = await stranger.get('accounts', headers as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(answer.text).toBe('HTTP Error 401 - Unauthorized: Access is denied');
      expect(answer.header('content-type')).toMatch(/^text\/plain/);
      expect(answer.header('www-authenticate')).toBe(
        `Bearer authorization_uri=https://${host}/${tenant}/oauth2/authorize, resource_id=https://${host}/`,
      );
    }
    await stranger.close();
  });

  it.each([
    ['0x80072560', { member: false }, { member: true }, /^The user is not a member of the organization\.$/],
    [
      '0x80042f09',
      { roles: 0 },
      { roles: 1 },
      /^The user \(Id = [0-9a-f-]{36}\) has not been assigned any roles\.$/,
    ],
    ['0x80040225', { disabled: true }, { disabled: false }, /disabled/],
  ])('5. %s: signed in, and refused all the same', async (code, before, after, message) => {
    harness.simulator.control.changeUser(before);
    const answer = await harness.client.get('WhoAmI');
    harness.simulator.control.changeUser(after);
    expect([answer.status, answer.json.error.code]).toEqual([403, code]);
    expect(answer.json.error.message).toMatch(message);
  });

  const withRights = async <T>(
    read: Record<string, 'None' | 'Basic' | 'Local' | 'Deep' | 'Global'>,
    run: () => Promise<T>,
  ): Promise<T> => {
    harness.simulator.control.changeUser({ read });
    try {
      return await run();
    } finally {
      harness.simulator.control.changeUser({ read: { '*': 'Global' } });
    }
  };

  it('6. a missing read privilege refuses that table only', async () => {
    await withRights({ incident: 'None', '*': 'Global' }, async () => {
      const answer = await harness.client.get('incidents');
      expect([answer.status, answer.json.error.code]).toEqual([403, '0x80040220']);
      expect(answer.json.error.message).toMatch(
        /^Principal user \(Id=[0-9a-f-]{36}, type=8, roleCount=\d+, privilegeCount=\d+, accessMode=0\), is missing prvReadincident privilege \(Id=[0-9a-f-]{36}\) on OTC=112 for entity 'incident'\. context\.Caller=[0-9a-f-]{36}$/,
      );
      expect((await harness.client.get('accounts?$top=1')).status).toBe(200);
    });
  });

  it('7. a partial depth gives fewer rows without a word, and no tracking', async () => {
    const read = async (): Promise<{ _ownerid_value: string }[]> =>
      (await harness.client.get('accounts?$select=_ownerid_value')).json.value;
    const all = await read();
    const me = (await harness.client.get('WhoAmI')).json.UserId;
    harness.simulator.control.create('accounts', [{ name: 'mine' }]);
    const mine = await withRights({ account: 'Basic' }, read);
    expect(mine.length).toBeGreaterThan(0);
    expect(mine.length).toBeLessThan(all.length);
    expect(mine.every((row) => row._ownerid_value === me)).toBe(true);
    const local = await withRights({ account: 'Local' }, read);
    const deep = await withRights({ account: 'Deep' }, read);
    expect(local.length).toBeLessThan(all.length);
    expect(deep.length).toBeGreaterThanOrEqual(local.length);
    await withRights({ account: 'Deep' }, async () => {
      const tracked = await harness.client.get('accounts', { prefer: 'odata.track-changes' });
      expect([tracked.status, tracked.json.error.code]).toEqual([403, '0x80040220']);
      expect(tracked.json.error.message).toMatch(
        /^SecLib::CheckPrivilege failed\. User: .*, PrivilegeName: prvReadAccount, PrivilegeId: .*, Required Depth: Global, BusinessUnitId: .*, MetadataCache Privileges Count: \d+, User Privileges Count: \d+$/,
      );
      const privileges = await harness.client.get(
        `systemusers(${me})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()`,
      );
      const account = privileges.json.RolePrivileges.find(
        (each: { PrivilegeName: string }) => each.PrivilegeName === 'prvReadAccount',
      );
      expect(account.Depth).toBe('Deep');
    });
  });

  it('8. a secured column is null for readers without the profile', async () => {
    harness.simulator.control.addColumn('contact', {
      name: 'new_Ssn',
      type: 'string',
      secured: true,
      filled: 1,
    });
    const values = async (): Promise<(string | null)[]> =>
      (await harness.client.get('contacts?$select=new_ssn')).json.value.map(
        (row: { new_ssn: string | null }) => row.new_ssn,
      );
    expect((await values()).every((value) => typeof value === 'string')).toBe(true);
    harness.simulator.control.changeUser({ readsSecured: false });
    expect((await values()).every((value) => value === null)).toBe(true);
    harness.simulator.control.changeUser({ readsSecured: true });
  });
});
