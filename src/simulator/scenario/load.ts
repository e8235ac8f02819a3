import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SimulatorOptions } from '../options.ts';
import { problemsWith } from '../validate.ts';
import { scenarioSchema } from './schema.ts';
import type { Scenario } from './types.ts';

/** Reads a scenario's file. @throws Error that says what is wrong with it, and where. */
export function loadScenario(file: string): SimulatorOptions {
  const scenario = parseScenario(readJson(file), file);
  return {
    ...optionsOf(scenario),
    ...(scenario.csdl === undefined ? {} : { csdl: resolve(dirname(file), scenario.csdl) }),
  };
}

/** Checks a scenario; unknown keys are refused. `what` names it in messages. */
function parseScenario(value: unknown, what: string): Scenario {
  const problems = problemsWith(value, scenarioSchema, 'the scenario');
  if (problems.length > 0) throw new Error(`${what}: ${problems.join('; ')}`);
  const scenario = value as Scenario;
  if (scenario.now !== undefined && Number.isNaN(Date.parse(scenario.now)))
    throw new Error(`${what}: "now" is no date: ${scenario.now}`);
  return scenario;
}

function optionsOf({ description: _, now, ...scenario }: Scenario): SimulatorOptions {
  return { ...scenario, ...(now === undefined ? {} : { now: Date.parse(now) }) };
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
