import { parseArgs } from 'node:util';
import type { Command, CommonOptions, ProtocolName } from './commands/command.ts';
import { ConnectorError } from './core/errors.ts';

const verbs = ['spec', 'check', 'discover', 'read'] as const;

/**
 * Parses the command line: the verbs, and the flag form of Singer taps (`--config C --discover`,
 * `--config C [--catalog K] [--state S]`). Informational flags win over everything. Throws `config` errors.
 */
export async function parseCommandLine(argv: readonly string[], protocol: ProtocolName): Promise<Command> {
  // The cheapest question must not pay for yargs.
  if (argv.length === 1 && argv[0] === '--version')
    return { kind: 'version', protocol, configs: [], debug: false };
  if (argv.length === 1 && argv[0] === 'spec') return { kind: 'spec', protocol, configs: [], debug: false };
  const args = plainArguments(argv, protocol) ?? (await parseArguments(argv, protocol));
  const common: CommonOptions = {
    protocol: args.protocol,
    configs: args.config,
    debug: args.debug,
  };
  if (args.help) return { ...common, kind: 'help', text: args.helpText };
  if (args.version) return { ...common, kind: 'version' };
  if (args.about) return { ...common, kind: 'about', format: args.format };
  const verb = args.discover ? 'discover' : args.verb;
  switch (verb) {
    case 'spec':
    case 'check':
    case 'discover':
      return { ...common, kind: verb };
    case 'read':
    case undefined:
      return readCommand(args, common, verb);
    default:
      throw new ConnectorError(
        'config',
        `Unknown command "${verb}". Commands: ${verbs.join(', ')}; see --help.`,
      );
  }
}

function readCommand(args: Arguments, common: CommonOptions, verb: 'read' | undefined): Command {
  if (verb === undefined && common.protocol === 'airbyte')
    throw new ConnectorError('config', `No command given. Commands: ${verbs.join(', ')}; see --help.`);
  if (common.protocol === 'airbyte' && args.catalog === undefined)
    throw new ConnectorError(
      'config',
      'read needs a configured catalog: read --config FILE --catalog FILE [--state FILE].',
    );
  return { ...common, kind: 'read', catalog: args.catalog, state: args.state, test: args.test };
}

interface Arguments {
  readonly verb: string | undefined;
  readonly config: readonly string[];
  readonly catalog: string | undefined;
  readonly state: string | undefined;
  readonly discover: boolean;
  readonly about: boolean;
  readonly format: 'text' | 'json' | 'markdown';
  readonly test: 'all' | 'schema' | undefined;
  readonly version: boolean;
  readonly help: boolean;
  readonly debug: boolean;
  readonly protocol: ProtocolName;
  readonly helpText: string;
}

/**
 * The words of nearly every run, understood without yargs, whose loading takes a tenth of a second. Undefined where there
 * is anything else, or anything to complain about: both are for yargs.
 */
function plainArguments(argv: readonly string[], protocol: ProtocolName): Arguments | undefined {
  if (argv.some((word) => /^-[^-]./.test(word) || word === '--' || word === '')) return undefined;
  const text = { type: 'string', multiple: true } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { ...text, short: 'c' },
        catalog: text,
        state: { ...text, short: 's' },
        discover: { type: 'boolean', short: 'd' },
        debug: { type: 'boolean' },
      },
    });
    const { config = [], catalog = [], state = [], discover = false, debug = false } = values;
    const odd = [...config, ...catalog, ...state].some((value) => value === '' || value.startsWith('-'));
    if (odd || catalog.length > 1 || state.length > 1 || positionals.length > 1) return undefined;
    return {
      ...{ config, discover, debug, protocol, verb: positionals[0], catalog: catalog[0], state: state[0] },
      ...{ about: false, format: 'text', test: undefined, version: false, help: false, helpText: '' },
    };
  } catch {
    return undefined;
  }
}

async function parseArguments(argv: readonly string[], protocol: ProtocolName): Promise<Arguments> {
  const { default: yargs } = await import('yargs');
  const parser = yargs([...argv])
    .scriptName(protocol === 'singer' ? 'tap-dynamics365' : 'source-dynamics365')
    .version(false)
    .help(false)
    .usage(
      '$0 <command> [options]\n\nMicrosoft Dynamics 365 / Dataverse into any warehouse: a Singer tap and an Airbyte source.\n\nCommands:\n' +
        '  spec        the configuration, as a JSON Schema\n  check       sign in, read a row of each table, say what to do where that fails\n' +
        '  discover    the tables and columns of the environment, as a catalog\n  read        the rows of the catalog\n\n' +
        'Without a command, as Singer taps are called: --config C --discover, or --config C [--catalog K] [--state S]',
    )
    .options({
      config: {
        alias: 'c',
        type: 'string',
        array: true,
        requiresArg: true,
        describe: 'Configuration file; repeatable, later ones win; ENV reads TAP_DYNAMICS365_* variables',
      },
      catalog: {
        type: 'string',
        requiresArg: true,
        describe: 'Catalog file (Singer), configured catalog (Airbyte)',
      },
      properties: { alias: 'p', type: 'string', requiresArg: true, describe: 'Older name of --catalog' },
      state: {
        alias: 's',
        type: 'string',
        requiresArg: true,
        describe: 'State file: what an earlier run wrote last',
      },
      discover: { alias: 'd', type: 'boolean', default: false, describe: 'Print the catalog' },
      about: { type: 'boolean', default: false, describe: 'Describe the tap and its settings' },
      format: {
        choices: ['text', 'json', 'markdown'] as const,
        default: 'text' as const,
        describe: 'Format of --about',
      },
      test: { type: 'string', describe: 'Read one record a stream (all), or print only schemas (schema)' },
      protocol: { choices: ['singer', 'airbyte'] as const, default: protocol, describe: 'Messages to speak' },
      debug: { type: 'boolean', default: false, describe: 'Log more' },
      dev: { type: 'boolean', hidden: true },
      version: { type: 'boolean', default: false, describe: 'Print the version' },
      help: { alias: 'h', type: 'boolean', default: false, describe: 'Print this help' },
    })
    // `--config A --config B`, never `--config A B`: what follows is a verb.
    .parserConfiguration({
      'greedy-arrays': false,
      'boolean-negation': false,
      'duplicate-arguments-array': true,
    })
    .exitProcess(false)
    .fail((message: string) => {
      throw new ConnectorError('config', `${message.replaceAll('\n', ' ')}. See --help.`);
    })
    .strictOptions();
  const args = await parser.parseAsync();
  const words = args._.map(String);
  const informational = args.about || args.version || args.help;
  if (words.length > 1 && !informational)
    throw new ConnectorError('config', `Unexpected argument "${words[1]}". See --help.`);
  return {
    verb: words[0],
    config: args.config ?? [],
    catalog: one('catalog', args.catalog) ?? one('properties', args.properties),
    state: one('state', args.state),
    discover: args.discover,
    about: args.about,
    format: args.format,
    test: parseTest(args.test),
    version: args.version,
    help: args.help,
    debug: args.debug,
    protocol: args.protocol,
    helpText: args.help ? await parser.getHelp() : '',
  };
}

/** Repeated where that makes no sense, an option comes as a list. */
function one(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw new ConnectorError('config', `--${name} was given more than once.`);
}

function parseTest(value: unknown): 'all' | 'schema' | undefined {
  if (value === undefined || value === 'schema') return value;
  if (value === 'all' || value === '' || value === true) return 'all';
  throw new ConnectorError(
    'config',
    `--test=${String(value)} is not known: use --test (or --test=all) or --test=schema.`,
  );
}
