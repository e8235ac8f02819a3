import { once } from 'node:events';
import yargs from 'yargs';
import { loadScenario, type Simulator, startSimulator } from './index.ts';
import { parseLatency, parseLimits, parseModules, parseRows, type SimulatorOptions } from './options.ts';

/** Runs the simulator until it is told to stop. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let options: SimulatorOptions | undefined;
  try {
    options = await parse(argv);
  } catch (error) {
    return complain(error);
  }
  if (options === undefined) return 0;
  let simulator: Simulator;
  try {
    simulator = await startSimulator(options);
  } catch (error) {
    return complain(error);
  }
  console.log(JSON.stringify(simulator.ready));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
  return 0;
}

function complain(error: unknown): number {
  console.error(`dataverse-simulator: ${error instanceof Error ? error.message : String(error)}`);
  return 2;
}

/** Undefined where yargs has answered itself (`--help`, `--version`). */
async function parse(argv: readonly string[]): Promise<SimulatorOptions | undefined> {
  let answered = true;
  let options: SimulatorOptions | undefined;
  await yargs([...argv])
    .scriptName('dataverse-simulator')
    .usage('$0 [options]\n\nA local Dataverse over HTTPS. Prints one JSON line when it is ready.')
    .options({
      port: { type: 'number', default: 0, describe: 'Port of the service; 0 takes a free one' },
      'control-port': {
        type: 'number',
        default: 0,
        describe: 'Port of the control surface; 0 takes a free one',
      },
      scenario: {
        type: 'string',
        describe: 'File that describes the environment; other options go before it',
      },
      csdl: { type: 'string', describe: 'CSDL document ($metadata) whose tables replace the built-in ones' },
      rows: { type: 'string', describe: 'Rows a table: accounts=100000,contacts=2000,*=10' },
      seed: { type: 'number', describe: 'Same seed, same rows; 1 by default' },
      without: { type: 'string', describe: 'Modules not installed: sales,service,marketing' },
      prebuilt: { type: 'boolean', default: false, describe: 'Keep compressed pages and serve them again' },
      latency: {
        type: 'string',
        describe: 'Milliseconds that every answer waits; "modelled": as long as the cost model says',
      },
      limits: {
        type: 'string',
        describe: 'Service protection: off, or requests=100,executionSeconds=60,concurrent=8,servers=2,…',
      },
    })
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error) => {
      throw error ?? new Error(message);
    })
    .command('$0', false, {}, (given) => {
      answered = false;
      const text = <T>(name: string, read: (text: string) => T): { readonly [key: string]: T } =>
        typeof given[name] === 'string' ? { [name]: read(given[name]) } : {};
      const scenario = text('scenario', loadScenario)['scenario'] ?? {};
      options = {
        ...scenario,
        port: whole(given, 'port'),
        controlPort: whole(given, 'control-port'),
        prebuilt: given['prebuilt'] === true,
        ...(given['seed'] === undefined ? {} : { seed: whole(given, 'seed') }),
        ...text('csdl', (file) => file),
        ...text('rows', (rows) => ({ ...scenario.rows, ...parseRows(rows) })),
        ...text('latency', parseLatency),
        ...text('limits', (limits) => ({ ...scenario.limits, ...parseLimits(limits) })),
        ...text('without', parseModules),
      };
    })
    .parseAsync();
  return answered ? undefined : options;
}

function whole(given: Record<string, unknown>, name: string): number {
  const value = given[name];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new Error(`--${name} must be a whole number, 0 or more`);
  }
  return value;
}
