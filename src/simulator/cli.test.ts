import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './cli.ts';

describe('the command line of the simulator', () => {
  const said: string[] = [];
  beforeEach(() => {
    said.length = 0;
    vi.spyOn(console, 'error').mockImplementation((line) => said.push(String(line)));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    [['--rows', 'accounts'], /--rows: "accounts" is not of the form table=number/],
    [['--rows', 'accounts=many'], /--rows: "accounts=many" is not of the form table=number/],
    [['--without', 'finance'], /--without: "finance" is none of sales, service, marketing/],
    [['--port', 'x'], /--port must be a whole number/],
    [['--latency', 'long'], /--latency: "long" is neither milliseconds nor "modelled"/],
    [['--limits', 'request=5'], /--limits has an unknown key "request"/],
    [['--limits', 'requests=none'], /--limits.requests must be integer/],
    [['--rows', 'acounts=5'], /there is no table acounts/],
    [['--scenario', 'none.json'], /none.json cannot be read/],
    [['--csdl', 'none.xml'], /--csdl none.xml: ENOENT/],
    [['--colour', 'red'], /Unknown argument: colour/],
  ])('refuses %j with one message', async (argv, message) => {
    expect(await main(argv)).toBe(2);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(message);
  });
});
