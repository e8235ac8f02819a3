import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/index.ts';
import { type Connector, createConnector } from '../support/connector.ts';
import { stateAfter } from '../support/destination.ts';
import { waysInProtocols } from '../support/ways.ts';

let simulator: Simulator;
let connector: Connector;
beforeAll(async () => {
  simulator = await startSimulator({ rows: { '*': 2, accounts: 30 } });
  connector = createConnector(simulator);
});
afterAll(async () => {
  await connector.close();
  await simulator.close();
});

describe('a state', () => {
  it.each(waysInProtocols)('holds no address, at no time: %s, %s', async (_, protocol, way) => {
    const config = { ...way.config, tables: ['accounts'], pageSize: 7 };
    const catalog = await connector.catalog(['accounts'], { protocol, config, full: way.full });
    const first = await connector.read({ protocol, config, catalog });
    const state = stateAfter(undefined, first.messages, protocol);
    simulator.control.touch('account', [...simulator.control.rows('account')].slice(0, 9).map(keyOf));
    const second = await connector.read({ protocol, config, catalog, state });
    const states = [...first.messages, ...second.messages].filter(({ type }) => type === 'STATE');
    expect(states.length).toBeGreaterThan(3);
    for (const said of states) {
      const text = decodeURIComponent(decodeURIComponent(JSON.stringify(said)));
      expect(text).not.toMatch(/https?:|localhost|127\.0\.0\.1|\/api\/data|\$skiptoken|\$deltatoken=/i);
    }
  });

  it.each(['singer', 'airbyte'] as const)(
    'that was tampered with leads to no other place: %s',
    async (protocol) => {
      const config = { tables: ['accounts'] };
      const catalog = await connector.catalog(['accounts'], { protocol, config, full: false });
      const { messages } = await connector.read({ protocol, config, catalog });
      const earned = JSON.stringify(stateAfter(undefined, messages, protocol));
      for (const token of [
        'https://evil.example/x',
        '//evil.example/x',
        '@evil.example',
        'a#b',
        'x&$filter=y',
        '../../x',
        ' \r\nhost: evil',
      ]) {
        const tampered = earned.replace(
          /("delta_token":)"[^"]*"/,
          (__, name) => name + JSON.stringify(token),
        );
        expect(tampered).not.toBe(earned);
        simulator.control.clearRequests();
        await connector.read({ protocol, config, catalog, state: JSON.parse(tampered) });
        const asked = simulator.control.requests().filter(({ url }) => url.includes('evil'));
        for (const { url, headers } of simulator.control.requests()) {
          expect(url).toMatch(/^\/(api\/data\/v9\.2|[\w-]+\/(v2\.0|oauth2))\//);
          expect(headers['host']).toMatch(/^localhost:\d+$/);
        }
        expect(asked.every(({ url }) => url.startsWith('/api/data/v9.2/accounts?'))).toBe(true);
      }
    },
  );
});

const keyOf = (row: string): string => String((JSON.parse(row) as Record<string, unknown>)['accountid']);
