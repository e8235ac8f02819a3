import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Environment, startEnvironment } from '../support/environment.ts';
import { program } from './machine/provided.ts';
import { versionOf } from './machine/python.ts';
import { output } from './machine/run.ts';
import { testScratch } from './machine/scratch.ts';
import { standardTables, tapBin, trust } from './pipeline/tap.ts';

let environment: Environment;
beforeAll(async () => {
  environment = await startEnvironment({ rows: { '*': 25 }, seed: 13 });
});
afterAll(() => environment.close());

describe(`singer-check-tap (singer-tools ${versionOf('singer-tools')})`, () => {
  // The tool asks once for the tap's exit code, right after its output has ended, and fails when the process is not gone yet.
  it('finds both of its runs valid: without a state, and with the last one', { retry: 2 }, async () => {
    const scratch = testScratch();
    const config = environment.config({ key_set_directory: scratch.folder });
    const report = await output(
      program('singer-tools', 'singer-check-tap'),
      ['--tap', tapBin, '--config', config],
      {
        cwd: scratch.folder,
        env: { ...process.env, ...trust(environment) },
      },
    );
    expect(report.match(/The output is valid\./g)).toHaveLength(2);
    for (const table of standardTables)
      expect(report).toMatch(new RegExp(`\\| ${table} +\\| \\d+ +\\| 1 +\\|`));
  });
});
