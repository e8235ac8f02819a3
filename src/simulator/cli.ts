import { once } from 'node:events';
import yargs from 'yargs';
import { startSimulator } from './index.ts';
import { parseLatency, parseLimits, parseModules, parseRows, type SimulatorOptions } from './options.ts';

/** Runs the simulator until it is told to stop. Returns the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let options: SimulatorOptions | undefined;
  try {
    options = await parse(argv);
  } catch (error) {
    console.error(`dataverse-simulator: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  if (options === undefined) return 0;
  const simulator = await startSimulator(options);
  console.log(JSON.stringify(simulator.ready));
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
  return 0;
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
      rows: { type: 'string', describe: 'Rows a table: accounts=100000,contacts=2000,*=10' },
      seed: { type: 'number', default: 1, describe: 'Same seed, same rows' },
      without: { type: 'string', describe: 'Modules not installed: sales,service,marketing' },
      prebuilt: { type: 'boolean', default: false, describe: 'Keep compressed pages and serve them again' },
      latency: {
        type: 'string',
        default: '0',
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
      options = {
        port: whole(given, 'port'),
        controlPort: whole(given, 'control-port'),
        seed: whole(given, 'seed'),
        latency: parseLatency(String(given['latency'])),
        prebuilt: given['prebuilt'] === true,
        ...(typeof given['rows'] === 'string' ? { rows: parseRows(given['rows']) } : {}),
        ...(typeof given['limits'] === 'string' ? { limits: parseLimits(given['limits']) } : {}),
        ...(typeof given['without'] === 'string' ? { without: parseModules(given['without']) } : {}),
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
