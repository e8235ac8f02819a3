import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const file = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { data } = parse(file('metadata.yaml')) as { data: Readonly<Record<string, unknown>> };
const { version, license } = JSON.parse(file('package.json')) as { version: string; license: string };

describe('metadata.yaml [A64]', () => {
  it('has the members that Airbyte calls for, and no unknown ones', () => {
    // airbyte-connector-models, ConnectorMetadataDefinitionV0; the models themselves judge it in the interop tests.
    const required =
      'name definitionId connectorType dockerRepository dockerImageTag license documentationUrl githubIssueLabel connectorSubtype releaseStage';
    const optional =
      'icon supportLevel supportsRefreshes tags registryOverrides allowedHosts suggestedStreams connectorTestSuitesOptions';
    expect(required.split(' ').filter((name) => data[name] === undefined)).toEqual([]);
    const known = [...required.split(' '), ...optional.split(' ')];
    expect(Object.keys(data).filter((name) => !known.includes(name))).toEqual([]);
    expect(data['license']).toBe(license);
  });

  it.each([
    ['metadata.yaml', () => data['dockerImageTag']],
    ['the image', () => /io\.airbyte\.version=(\S+)/.exec(file('Dockerfile'))?.[1]],
    ['CHANGELOG.md', () => /^## (\d+\.\d+\.\d+)/m.exec(file('CHANGELOG.md'))?.[1]],
    ['docs/airbyte.md', () => /^\| (\d+\.\d+\.\d+)/m.exec(file('docs/airbyte.md'))?.[1]],
  ])('the version of package.json is in %s', (_, found) => {
    expect(found()).toBe(version);
  });

  it('suggests the standard streams', () => {
    const standard = JSON.parse(file('catalog/standard-tables.json')) as readonly { set: string }[];
    expect(data['suggestedStreams']).toEqual({ streams: standard.map(({ set }) => set) });
  });

  it('allows the hosts of every cloud', () => {
    const { hosts } = data['allowedHosts'] as { hosts: readonly string[] };
    const logins = [...file('src/config/clouds.ts').matchAll(/login: 'https:\/\/([^']+)'/g)].map(
      ([, host]) => host,
    );
    expect(logins.length).toBeGreaterThan(0);
    expect(logins.filter((host) => !hosts.includes(host ?? ''))).toEqual([]);
  });
});

describe('icon.svg [A68]', () => {
  it('is square', () => {
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(file('icon.svg')) ?? [];
    expect(width).toBe(height);
    expect(file('icon.svg')).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  });
});
