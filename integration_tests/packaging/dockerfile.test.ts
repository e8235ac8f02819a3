import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { all, pairs, stagesOf } from './dockerfile.ts';

const root = new URL('../../', import.meta.url);
const text = readFileSync(new URL('Dockerfile', root), 'utf8');
const stages = stagesOf(text);
const image = stages.at(-1) ?? [];
const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string };

describe('the image [A65]', () => {
  it('has its entrypoint in AIRBYTE_ENTRYPOINT too, absolute', () => {
    const [entrypoint] = all(image, 'ENTRYPOINT').map((rest) => JSON.parse(rest) as string[]);
    expect(entrypoint).toEqual([pairs(image, 'ENV')['AIRBYTE_ENTRYPOINT']]);
    expect(entrypoint?.[0]).toMatch(/^\//);
  });

  it('runs as airbyte, uid 1000, owner of /airbyte', () => {
    expect(all(image, 'USER')).toEqual(['airbyte']);
    const [setup] = all(image, 'RUN');
    // uid 1000 is `node` in the base image, and is renamed.
    expect(setup).toContain('usermod --login airbyte --home /airbyte node');
    expect(setup).toContain('--owner=airbyte --group=airbyte /airbyte');
    expect(all(image, 'COPY').filter((copy) => !copy.startsWith('--chown=airbyte:airbyte'))).toEqual([]);
  });

  it('is labelled with the repository and the version', () => {
    expect(pairs(image, 'LABEL')).toEqual({
      'io.airbyte.name': 'source-dynamics365',
      'io.airbyte.version': version,
    });
  });

  it('has a POSIX shell, stands in UTC, and says how it is built for both architectures', () => {
    expect(all(image, 'FROM')[0]).toMatch(/^node:\d+-bookworm-slim$/);
    expect(pairs(image, 'ENV')['TZ']).toBe('UTC');
    expect(text).toContain('--platform linux/amd64,linux/arm64');
  });

  it('holds production dependencies alone', () => {
    expect(all(stages[0] ?? [], 'RUN').at(-1)).toContain('npm prune --omit=dev');
    expect(all(image, 'RUN').join()).not.toContain('npm');
  });
});

/** Rules of hadolint (github.com/hadolint/hadolint, "Rules") as far as a Dockerfile like ours can break them. */
describe('the Dockerfile', () => {
  const instructions = stages.flat();
  it.each([
    [
      'DL3000 WORKDIR is absolute',
      () => all(instructions, 'WORKDIR').filter((path) => !path.startsWith('/')),
    ],
    [
      'DL3002 the last user is not root',
      () =>
        all(image, 'USER')
          .slice(-1)
          .filter((user) => /^(root|0)\b/.test(user)),
    ],
    ['DL3003 no cd in RUN', () => all(instructions, 'RUN').filter((run) => /(^|[;&|]\s*)cd\s/.test(run))],
    ['DL3004 no sudo', () => all(instructions, 'RUN').filter((run) => /\bsudo\b/.test(run))],
    ['DL3006 images have a tag', () => all(instructions, 'FROM').filter((from) => !/^\S+:\S+/.test(from))],
    [
      'DL3007 images are not latest',
      () => all(instructions, 'FROM').filter((from) => /:latest\b/.test(from)),
    ],
    [
      'DL3016 no unpinned package from npm',
      () => all(instructions, 'RUN').filter((run) => /npm (install|i) (?!-)/.test(run)),
    ],
    ['DL3020 COPY, not ADD', () => all(instructions, 'ADD')],
    [
      'DL3022 COPY --from names a stage',
      () => all(instructions, 'COPY').filter((copy) => /--from=/.test(copy) && !/--from=build /.test(copy)),
    ],
    [
      'DL3025 ENTRYPOINT and CMD in JSON',
      () => [...all(image, 'ENTRYPOINT'), ...all(image, 'CMD')].filter((rest) => !rest.startsWith('[')),
    ],
    [
      'DL3045 relative COPY after WORKDIR',
      () =>
        stages.filter(
          (stage) =>
            stage.findIndex(({ word }) => word === 'COPY') <
            stage.findIndex(({ word }) => word === 'WORKDIR'),
        ),
    ],
    [
      'DL3059 no consecutive RUN',
      () =>
        instructions.filter(({ word }, index) => word === 'RUN' && instructions[index + 1]?.word === 'RUN'),
    ],
    ['DL4000 no MAINTAINER', () => all(instructions, 'MAINTAINER')],
    ['DL4003 one CMD', () => all(image, 'CMD').slice(1)],
    ['DL4004 one ENTRYPOINT', () => all(image, 'ENTRYPOINT').slice(1)],
    [
      'DL4006 no pipe without pipefail',
      () => all(instructions, 'RUN').filter((run) => /[^|]\|[^|]/.test(run)),
    ],
  ])('%s', (_, offenders) => {
    expect(offenders()).toEqual([]);
  });
});
