import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const entrypoint = join(import.meta.dirname, '../../scripts/entrypoint.sh');

/** Runs the entrypoint with a node that prints its arguments, in a container that has these files under /sys/fs/cgroup. */
function argumentsOfNode(
  cgroup: Readonly<Record<string, string>>,
  ...args: readonly string[]
): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'entrypoint-'));
  writeFileSync(join(folder, 'node'), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
  for (const [name, content] of Object.entries(cgroup)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, CGROUP: folder };
  return execFileSync('sh', [entrypoint, ...args], { cwd: folder, env, encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}

describe('the entrypoint of the image [A63]', () => {
  const program = join(dirname(entrypoint), 'connector/dist/bin/source-dynamics365.js');

  it.each([
    ['cgroup 2', { 'memory.max': '1073741824\n' }, ['--max-old-space-size=614']],
    ['cgroup 2 without a limit', { 'memory.max': 'max\n' }, []],
    ['cgroup 1', { 'memory/memory.limit_in_bytes': '536870912\n' }, ['--max-old-space-size=307']],
    ['cgroup 1 without a limit', { 'memory/memory.limit_in_bytes': '9223372036854771712\n' }, []],
    ['no cgroup', {}, []],
  ])('sizes the heap by the memory of the container: %s', (_, cgroup, options) => {
    expect(argumentsOfNode(cgroup, 'spec')).toEqual([...options, program, 'spec']);
  });

  it('hands arguments on as they are', () => {
    expect(argumentsOfNode({}, 'check', '--config', '/a folder/$HOME.json')).toEqual([
      program,
      'check',
      '--config',
      '/a folder/$HOME.json',
    ]);
  });
});
