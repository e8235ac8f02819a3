import { afterAll, beforeAll } from 'vitest';
import { type PlainClient, plainClient } from '../../src/simulator/client.testing.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/index.ts';

/** A simulator and a plain client for the tests of a file. */
export interface Harness {
  readonly simulator: Simulator;
  readonly client: PlainClient;
  /** Signs in anew: tokens expire when the clock is advanced. */
  readonly signIn: () => Promise<PlainClient>;
}

/** Starts one before the tests of a `describe` block and stops it after. */
export function withSimulator(options: SimulatorOptions = {}): Harness {
  let simulator: Simulator | undefined;
  let client: PlainClient | undefined;
  const started = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error('the simulator has not started');
    return thing;
  };
  beforeAll(async () => {
    simulator = await startSimulator(options);
    client = await plainClient(simulator.ready);
  });
  afterAll(async () => {
    await client?.close();
    await simulator?.close();
  });
  return {
    get simulator() {
      return started(simulator);
    },
    get client() {
      return started(client);
    },
    signIn: async () => {
      await client?.close();
      client = await plainClient(started(simulator).ready);
      return client;
    },
  };
}
