import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildImage } from '../packaging/build-image.ts';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'image-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the image, without Docker', () => {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  let airbyte = '';

  it('is built by the steps of the Dockerfile', () => {
    airbyte = join(buildImage(dockerfile, root, scratch), 'airbyte');
    expect(existsSync(join(airbyte, 'connector/dist/bin/source-dynamics365.js'))).toBe(true);
  });

  it('holds production dependencies alone', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    ) as {
      dependencies: object;
      devDependencies: object;
    };
    const installed = (name: string) => existsSync(join(airbyte, 'connector/node_modules', name));
    expect(Object.keys(dependencies).filter((name) => !installed(name))).toEqual([]);
    expect(Object.keys(devDependencies).filter(installed)).toEqual([]);
  });

  it('answers spec from its entrypoint, started as Airbyte starts it', () => {
    const env = { PATH: process.env['PATH'] ?? '', AIRBYTE_ENTRYPOINT: join(airbyte, 'entrypoint.sh') };
    const stdout = execFileSync('sh', ['-c', 'eval "$AIRBYTE_ENTRYPOINT spec"'], {
      cwd: tmpdir(),
      env,
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toMatchObject({ type: 'SPEC' });
  });
});
