import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from './support/environment.ts';

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 8 } });
});
afterEach(() => environment.close());

describe('a role that does not see everything', () => {
  it('at less than organisation depth: change tracking is refused, and the extract is called incomplete', async () => {
    environment.simulator.control.changeUser({ read: { '*': 'Global', account: 'Basic' } });
    const config = environment.config({ tables: ['accounts', 'contacts'] });
    const { code, stderr, messages } = await environment.tap(['--config', config]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^WARNING accounts: Not reading by change_tracking: .*EXTRACT WILL BE INCOMPLETE/m,
    );
    expect(stderr).toMatch(/^INFO accounts: Reading by modifiedon/m);
    expect(stderr).not.toMatch(/^WARNING contacts/m);
    const states = messages().filter(({ type }) => type === 'STATE');
    expect(states.at(-1)?.['value'].bookmarks).toMatchObject({
      accounts: { strategy: 'modifiedon' },
      contacts: { strategy: 'change_tracking' },
    });
  });

  it('without read on one table: that one fails by name, the others are complete, and the exit says so', async () => {
    environment.simulator.control.changeUser({ read: { '*': 'Global', account: 'None' } });
    const config = environment.config({ tables: ['accounts', 'contacts', 'teams'] });
    const { code, stderr, messages } = await environment.tap(['--config', config]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ERROR accounts: .*prvReadaccount/im);
    const read = messages().flatMap(({ type, stream }) => (type === 'RECORD' ? [stream] : []));
    expect(new Set(read)).toEqual(new Set(['contacts', 'teams']));
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^CRITICAL .*accounts/);
  });
});
