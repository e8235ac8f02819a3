import { afterEach, beforeEach, describe, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { meltanolabsTarget } from './pipeline/postgres-targets.ts';
import { expectThreeLoads, serverName } from './pipeline/three-loads.ts';

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 40, accounts: 1200 }, seed: 7 });
});
afterEach(() => environment.close());

const plain = meltanolabsTarget();
describe(`${plain.name}, ${serverName()}`, () => {
  it('loads all 20 standard tables, then only what changed, then nothing', () =>
    expectThreeLoads(environment, plain, 'meltanolabs'));
});

const copying = meltanolabsTarget({ use_copy: true });
describe(`${copying.name}, ${serverName()}`, () => {
  it('loads all 20 standard tables, then only what changed, then nothing', () =>
    expectThreeLoads(environment, copying, 'meltanolabs_copy'));
});
