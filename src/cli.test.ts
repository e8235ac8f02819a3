import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from './cli.ts';
import type { ProtocolName } from './commands/command.ts';

const parse = (line: string, protocol: ProtocolName = 'singer') =>
  parseCommandLine(line.split(' ').filter(Boolean), protocol);

describe('the command line', () => {
  it.each([
    ['spec', { kind: 'spec' }],
    ['check --config c.json', { kind: 'check', configs: ['c.json'] }],
    ['discover --config=c.json', { kind: 'discover', configs: ['c.json'] }],
    ['--config c.json --discover', { kind: 'discover', configs: ['c.json'] }],
    ['-c c.json -d', { kind: 'discover', configs: ['c.json'] }],
    ['--discover -c c.json', { kind: 'discover' }],
    ['--config c.json', { kind: 'read', configs: ['c.json'], catalog: undefined, state: undefined }],
    ['--config c.json --catalog k.json --state s.json', { kind: 'read', catalog: 'k.json', state: 's.json' }],
    ['--config c.json --properties k.json', { kind: 'read', catalog: 'k.json' }],
    ['--config c.json -p k.json -s s.json', { kind: 'read', catalog: 'k.json', state: 's.json' }],
    ['--config a.json --config ENV', { kind: 'read', configs: ['a.json', 'ENV'] }],
    ['read --config c.json --catalog k.json', { kind: 'read', catalog: 'k.json' }],
    ['--config c.json read --state s.json', { kind: 'read', configs: ['c.json'], state: 's.json' }],
    ['--config c.json --test', { kind: 'read', test: 'all' }],
    ['--test --config c.json', { kind: 'read', test: 'all', configs: ['c.json'] }],
    ['--config c.json --test=schema', { kind: 'read', test: 'schema' }],
    ['--config x --catalog y --about --format=json', { kind: 'about', format: 'json' }],
    ['--about', { kind: 'about', format: 'text' }],
    ['--version', { kind: 'version' }],
    ['--config c.json --version', { kind: 'version' }],
    ['--config c.json --debug --dev', { kind: 'read', debug: true }],
    ['discover --config c.json --protocol airbyte', { kind: 'discover', protocol: 'airbyte' }],
  ])('reads "%s"', async (line, expected) => {
    expect(await parse(line)).toMatchObject(expected);
  });

  it('reads the forms that the Airbyte platform uses', async () => {
    const line =
      'read --config /source/connectorConfig.json --catalog /source/catalog.json --state /source/inputState.json';
    expect(await parse(line, 'airbyte')).toMatchObject({
      kind: 'read',
      protocol: 'airbyte',
      state: '/source/inputState.json',
    });
  });

  it.each([
    ['singer', 'sync', 'Unknown command "sync"'],
    ['singer', 'read --confg c.json', 'confg'],
    ['singer', '--config', 'Not enough arguments following: config'],
    ['singer', 'read extra --config c.json', 'Unexpected argument "extra"'],
    ['singer', '--config c --state a --state b', '--state was given more than once'],
    ['singer', '--config c --test=half', '--test=half'],
    ['airbyte', '--config c.json', 'No command given'],
    ['airbyte', 'read --config c.json', 'needs a configured catalog'],
  ] as const)('refuses, as %s: "%s"', async (protocol, line, message) => {
    await expect(parse(line, protocol)).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining(message),
    });
  });

  it('explains itself', async () => {
    const help = await parse('--help');
    expect(help).toMatchObject({ kind: 'help', text: expect.stringContaining('--catalog') });
  });

  it('means the same to yargs as without it, in whatever words', async () => {
    const said = (words: readonly string[]): Promise<unknown> =>
      parseCommandLine(words, 'singer').catch((error: Error) => error.message);
    const word = fc.constantFrom(
      ...[
        'read',
        'check',
        'discover',
        'extra',
        '7',
        '--config',
        '--config=a.json',
        'a.json',
        'ENV',
        '-c',
        '-cx',
      ],
      ...[
        '--catalog',
        '--catalog=',
        'k.json',
        '--state',
        '-s',
        's.json',
        '--discover',
        '-d',
        '-dc',
        '--debug',
      ],
      ...[
        '--no-debug',
        '--discover=false',
        '--',
        '',
        '-',
        '--conf',
        '--config.x',
        '-p',
        '--protocol',
        'airbyte',
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (words) => {
        // The hidden --dev means nothing, but only yargs knows it.
        expect(await said(words)).toEqual(await said(['--dev', ...words]));
      }),
      { numRuns: 300 },
    );
  });
});
