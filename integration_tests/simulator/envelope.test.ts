import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Agent, request } from 'undici';
import { describe, expect, it } from 'vitest';
import { withSimulator } from './harness.ts';

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('the envelope of answers', () => {
  const harness = withSimulator({ rows: { '*': 20 } });
  const get = (path: string, headers?: Record<string, string>) => harness.client.get(path, headers);

  it('9. the service document lists the sets; v9.0 and v9.1 are the same service; $metadata is XML', async () => {
    const { json } = await get('');
    const root = `https://${harness.simulator.ready.environment_url}/api/data`;
    expect(json['@odata.context']).toBe(`${root}/v9.2/$metadata`);
    expect(json.value).toContainEqual({ name: 'accounts', kind: 'EntitySet', url: 'accounts' });
    for (const version of ['v9.0', 'v9.1']) {
      const answer = await get(`${root}/${version}/accounts?$select=name&$top=1`);
      expect(answer.json['@odata.context']).toBe(`${root}/${version}/$metadata#accounts(name)`);
    }
    const metadata = await get('$metadata');
    expect(metadata.header('content-type')).toMatch(/^application\/xml/);
    expect(metadata.text).toMatch(/^<\?xml /);
  });

  it('10. every answer has the headers of the service, some of them more than once', async () => {
    const answer = await get('WhoAmI');
    const count = (name: string) =>
      answer.raw.filter(([each]) => each.toLowerCase() === name.toLowerCase()).length;
    expect([count('x-ms-service-request-id'), count('x-source')]).toEqual([2, 2]);
    const cookies = answer.raw
      .filter(([name]) => name.toLowerCase() === 'set-cookie')
      .map(([, value]) => value);
    expect(
      cookies.filter((cookie) => /^ARRAffinity=[0-9a-f]{64}; path=\/; secure; HttpOnly$/.test(cookie)),
    ).toHaveLength(3);
    expect(cookies.some((cookie) => cookie.startsWith('ReqClientId='))).toBe(true);
    expect(cookies.some((cookie) => cookie.startsWith('orgId='))).toBe(true);
    expect(answer.header('req_id')).toMatch(guid);
    expect(answer.header('req_id')).not.toBe((await get('WhoAmI')).header('req_id'));
    for (const [name, value] of [
      ['cache-control', 'no-cache'],
      ['allow', 'OPTIONS,GET,HEAD,POST'],
      ['expires', '-1'],
      ['crm.serviceid', 'framework'],
      ['strict-transport-security', 'max-age=31536000; includeSubDomains'],
      ['public', 'OPTIONS,GET,HEAD,POST'],
    ] as const) {
      expect(answer.header(name)).toBe(value);
    }
    expect(answer.header('authactivityid')).toMatch(guid);
  });

  it('10. headers stand in the order of a capture', async () => {
    const names = (await get('WhoAmI')).raw.map(([name]) => name);
    const captured =
      'Cache-Control,Allow,Content-Type,Expires,Vary,x-ms-service-request-id,Set-Cookie,Set-Cookie,Set-Cookie,Strict-Transport-Security,REQ_ID,CRM.ServiceId,AuthActivityId,x-ms-dop-hint,x-ms-ratelimit-time-remaining-xrm-requests,x-ms-ratelimit-burst-remaining-xrm-requests,x-ms-service-request-id,Set-Cookie,OData-Version,X-Source,Public,Set-Cookie,X-Source,Date,Content-Length';
    expect(names.slice(0, 25).join()).toBe(captured);
  });

  it('11. content type and OData-Version stand on answers and on errors', async () => {
    for (const path of ['accounts?$top=1', 'Accounts', 'accounts?$select=nope']) {
      const answer = await get(path);
      expect(answer.header('content-type')).toBe('application/json; odata.metadata=minimal');
      expect(answer.header('odata-version')).toBe('4.0');
    }
  });

  it('12. only honoured preferences are echoed', async () => {
    const prefer =
      'odata.maxpagesize=3, odata.include-annotations="OData.Community.*", respond-async, return=representation';
    expect((await get('accounts', { prefer })).header('preference-applied')).toBe(
      'odata.maxpagesize=3,odata.include-annotations="OData.Community.*"',
    );
    expect((await get('accounts', { prefer: 'respond-async' })).header('preference-applied')).toBeUndefined();
  });

  it('13. bodies are gzip for clients that offer it (Brotli by switch)', async () => {
    const plain = await get('accounts?$select=name');
    expect(plain.header('content-encoding')).toBeUndefined();
    const zipped = await get('accounts?$select=name', { 'accept-encoding': 'gzip, br' });
    expect([zipped.header('content-encoding'), zipped.header('vary')]).toEqual(['gzip', 'Accept-Encoding']);
    expect(gunzipSync(zipped.bytes).toString()).toBe(plain.text);
    harness.simulator.control.setSwitches({ brotli: true });
    const other = await get('accounts?$select=name', { 'accept-encoding': 'gzip, br' });
    harness.simulator.control.setSwitches({ brotli: false });
    expect(other.header('content-encoding')).toBe('br');
    expect(brotliDecompressSync(other.bytes).toString()).toBe(plain.text);
  });

  it('13. the length of a body is told, or (switch) it comes in chunks', async () => {
    const ask = () => get('accounts?$select=name', { 'accept-encoding': 'gzip' });
    const told = await ask();
    expect(told.header('content-length')).toBe(String(told.bytes.length));
    harness.simulator.control.setSwitches({ bodyLength: 'chunked' });
    const chunked = await ask();
    harness.simulator.control.setSwitches({ bodyLength: 'told' });
    expect([chunked.header('content-length'), chunked.header('transfer-encoding')]).toEqual([
      undefined,
      'chunked',
    ]);
    expect(chunked.bytes.equals(told.bytes)).toBe(true);
  });

  it('14. (switch) links name the API twin of the host', async () => {
    const { ready, control } = harness.simulator;
    const port = ready.environment_url.split(':')[1];
    const lookup = (
      _: string,
      __: object,
      done: (error: null, addresses: { address: string; family: number }[]) => void,
    ) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    const agent = new Agent({ connect: { ca: readFileSync(ready.ca_file), lookup: lookup as never } });
    const token = (await harness.client.token()).json.access_token;
    const links = async (host: string) => {
      const url = `https://${host}:${port}/api/data/v9.2/accounts?$select=name`;
      const headers = { authorization: `Bearer ${token}`, prefer: 'odata.maxpagesize=2' };
      const body = (await (await request(url, { dispatcher: agent, headers })).body.json()) as Record<
        string,
        string
      >;
      return [body['@odata.context'], body['@odata.nextLink']].map((link) => new URL(link ?? '').hostname);
    };
    expect(await links('org.crm.localhost')).toEqual(['org.crm.localhost', 'org.crm.localhost']);
    control.setSwitches({ apiHostInLinks: true });
    expect(await links('org.crm.localhost')).toEqual(['org.api.crm.localhost', 'org.api.crm.localhost']);
    expect(await links('org.api.crm.localhost')).toEqual(['org.api.crm.localhost', 'org.api.crm.localhost']);
    control.setSwitches({ apiHostInLinks: false });
    await agent.close();
  });

  it('15. errors have a code in lower-case digits, and more members with all annotations', async () => {
    const plain = (await get('accounts?$apply=nonsense')).json;
    expect(Object.keys(plain)).toEqual(['error']);
    expect(Object.keys(plain.error)).toEqual(['code', 'message']);
    expect(plain.error.code).toMatch(/^0x[0-9a-f]{8}$/);
    const whole = (await get('accounts?$apply=nonsense', { prefer: 'odata.include-annotations="*"' })).json
      .error;
    expect(Object.keys(whole)).toEqual([
      'code',
      'message',
      '@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus',
      '@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode',
      '@Microsoft.PowerApps.CDS.HelpLink',
      '@Microsoft.PowerApps.CDS.TraceText',
      '@Microsoft.PowerApps.CDS.InnerError.Message',
    ]);
  });

  it('16. unknown set, unknown property, unknown row, wrong verb', async () => {
    const id = '51c8091c-df8f-4e11-8179-000d3a9933c9';
    const { environment_url: host } = harness.simulator.ready;
    const cases = [
      [await get('Account'), 404, '0x8006088a', "Resource not found for the segment 'Account'."],
      [
        await get('accounts?$select=Name'),
        400,
        '0x80060888',
        "Could not find a property named 'Name' on type 'Microsoft.Dynamics.CRM.account'.",
      ],
      [await get(`accounts(${id})`), 404, '0x80040217', `Entity 'account' With Id = ${id} Does Not Exist`],
      [
        await harness.client.send('POST', 'WhoAmI'),
        404,
        '',
        `No HTTP resource was found that matches the request URI 'https://${host}/api/data/v9.2/WhoAmI'.`,
      ],
    ] as const;
    for (const [answer, status, code, message] of cases) {
      expect([answer.status, answer.json.error]).toEqual([status, { code, message }]);
    }
  });

  it('16. (switches) the codes of unknown properties and sets differ between reports', async () => {
    harness.simulator.control.setSwitches({ unknownPropertyCode: '0x0', unknownSetCode: '0x80060888' });
    expect((await get('accounts?$filter=Name eq 1')).json.error.code).toBe('0x0');
    expect((await get('Account')).json.error.code).toBe('0x80060888');
    harness.simulator.control.setSwitches({
      unknownPropertyCode: '0x80060888',
      unknownSetCode: '0x8006088a',
    });
  });

  it.each(['$skip', '$search', '$format', '$Select'])('17. %s is not supported', async (name) => {
    const answer = await get(`accounts?${name}=name`);
    expect([answer.status, answer.json.error]).toEqual([
      400,
      { code: '0x80060888', message: `The query parameter ${name} is not supported` },
    ]);
  });
});
