import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment, truthOf } from './support/environment.ts';
import type { Message } from './support/program.ts';

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 3 } });
  const documentbody = Buffer.from('what a customer signed').toString('base64');
  environment.simulator.control.create('annotation', [
    { subject: 'Contract', filename: 'contract.txt', isdocument: true, documentbody },
  ]);
});
afterAll(() => environment.close());

const records = (messages: readonly Message[]): Message[] =>
  messages.filter(({ type }) => type === 'RECORD').map(({ record }) => record);

describe('files and images', () => {
  it('are left out unless asked for', async () => {
    const { messages } = await environment.tap(['--config', environment.config({ tables: ['annotations'] })]);
    expect(records(messages())).toHaveLength(4);
    for (const record of records(messages())) expect(record).not.toHaveProperty('documentbody');
    expect(environment.simulator.control.requests().some(({ url }) => /documentbody/.test(url))).toBe(false);
  });

  it('are fetched row by row when asked for, and equal what is stored', async () => {
    const config = environment.config({ tables: ['annotations', 'accounts'], include_binary: true });
    const { code, messages } = await environment.tap(['--config', config]);
    expect(code).toBe(0);
    const bodies = truthOf(environment, 'annotation', 'annotationid');
    const got = records(messages()).filter((record) => record['annotationid']);
    expect(got).toHaveLength(4);
    for (const record of got) {
      expect(record['documentbody']).toEqual(bodies.get(record['annotationid'])?.['documentbody']);
    }
    expect(got.some((record) => typeof record['documentbody'] === 'string')).toBe(true);
    const pages = environment.simulator.control.requests().filter(({ url }) => /annotations\?/.test(url));
    expect(pages.some(({ url }) => /documentbody/.test(url))).toBe(false);
  });

  it('go out as null above the cap, with a warning', async () => {
    const config = environment.config({ tables: ['annotations'], include_binary: true, max_binary_bytes: 1 });
    const { stderr, messages } = await environment.tap(['--config', config]);
    expect(records(messages()).map((record) => record['documentbody'])).toEqual([null, null, null, null]);
    expect(stderr).toMatch(/WARNING annotations: documentbody of row .* more than max_binary_bytes/);
  });
});
