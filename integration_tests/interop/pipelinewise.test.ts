import { afterEach, beforeEach, describe, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { pipelinewiseTarget } from './pipeline/postgres-targets.ts';
import { expectThreeLoads, serverName } from './pipeline/three-loads.ts';

let environment: Environment;
beforeEach(async () => {
  environment = await startEnvironment({ rows: { '*': 40, accounts: 1200 }, seed: 8 });
});
afterEach(() => environment.close());

const plain = pipelinewiseTarget();
describe(`${plain.name}, ${serverName()}`, () => {
  it('loads all 20 standard tables, then only what changed, then nothing', () =>
    expectThreeLoads(environment, plain, 'pipelinewise'));
});

const deleting = pipelinewiseTarget({ hard_delete: true });
describe(`${deleting.name}, ${serverName()}`, () => {
  it('loads all 20 standard tables, then only what changed, deletes too, then nothing', () =>
    expectThreeLoads(environment, deleting, 'pipelinewise_hard'));
});
