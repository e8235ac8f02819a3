import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { JsonObject } from '../../core/json.ts';
import { about } from './about.ts';
import { settingsOf } from './settings.ts';
import { meltanoDefinition } from './testing/meltano-definition.testing.ts';

const settings: JsonObject = {
  type: 'object',
  required: ['environment_url'],
  properties: {
    environment_url: { type: 'string', title: 'Environment URL', description: 'Where it is.' },
    credentials: {
      type: 'object',
      oneOf: [
        {
          properties: {
            auth_type: { type: 'string', title: 'Sign-in', const: 'client_secret' },
            client_secret: { type: 'string', airbyte_secret: true, description: 'A <secret>.' },
          },
        },
        { properties: { auth_type: { type: 'string', title: 'Sign-in', const: 'managed_identity' } } },
      ],
    },
    start_date: { type: 'string' },
    labels: { type: 'string', enum: ['none', 'all'], default: 'none', description: 'None | all.' },
  },
};
const facts = { version: '1.2.3', description: 'Rows.', settings };
const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

describe('--about [S51]', () => {
  it('as json has the members of singer-sdk', () => {
    expect(JSON.parse(about('json', facts).toString())).toEqual({
      name: 'tap-dynamics365',
      description: 'Rows.',
      version: '1.2.3',
      sdk_version: null,
      supported_python_versions: null,
      capabilities: expect.arrayContaining(['catalog', 'discover', 'state']),
      settings,
    });
  });

  it('as text names each setting with its variable', () => {
    const text = about('text', facts).toString();
    expect(text).toMatch(
      /^Name: tap-dynamics365\nDescription: Rows\.\nVersion: 1\.2\.3\nCapabilities:\n {2}- catalog\n/,
    );
    expect(text).toContain(
      '  - Name: credentials.auth_type\n    Type: client_secret | managed_identity\n    Environment Variable: TAP_DYNAMICS365_CREDENTIALS_AUTH_TYPE\n',
    );
  });

  it('as markdown is a table of settings', () => {
    const rows = about('markdown', facts)
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows).toEqual([
      '| `environment_url` | string | yes |  | Where it is. |',
      '| `credentials.auth_type` | client_secret \\| managed_identity | no |  | Sign-in |',
      '| `credentials.client_secret` | string (secret) | no |  | A &lt;secret>. |',
      '| `start_date` | date | no |  |  |',
      '| `labels` | none \\| all | no | `"none"` | None \\| all. |',
    ]);
  });
});

describe('the definition for Meltano [S50, S51]', () => {
  const schema = JSON.parse(file('src/config/spec.json')) as JsonObject;
  const { description, version } = JSON.parse(file('package.json')) as {
    description: string;
    version: string;
  };
  const definition = parse(meltanoDefinition(schema, description)) as JsonObject;
  const shipped = JSON.parse(
    about('json', { version, description, settings: schema }).toString(),
  ) as JsonObject;

  it('is what the configuration makes of it', async () => {
    await expect(meltanoDefinition(schema, description)).toMatchFileSnapshot(
      '../../../meltano/tap-dynamics365.yml',
    );
  });

  it('equals what --about says', () => {
    const listed = (definition['settings'] as readonly { name: string; sensitive?: boolean }[]) ?? [];
    const told = settingsOf(shipped['settings'] as JsonObject);
    expect(listed.map(({ name }) => name)).toEqual(told.map(({ name }) => name));
    expect(listed.filter((setting) => setting.sensitive).map(({ name }) => name)).toEqual(
      told.filter(({ secret }) => secret).map(({ name }) => name),
    );
    expect(definition).toMatchObject({
      name: shipped['name'],
      description,
      capabilities: shipped['capabilities'],
    });
  });

  it('holds only keys that the Hub knows', () => {
    // meltano/hub, schemas/plugin_definitions/extractors.schema.json and schemas/common/base_setting.schema.json
    const keys =
      'name namespace variant label description executable prereq domain_url keywords maintenance_status quality capabilities settings settings_group_validation';
    expect(Object.keys(definition).filter((key) => !keys.split(' ').includes(key))).toEqual([]);
    const known = ['name', 'label', 'kind', 'options', 'sensitive', 'description'];
    const settingKeys = (definition['settings'] as readonly object[]).flatMap(Object.keys);
    expect(settingKeys.filter((key) => !known.includes(key))).toEqual([]);
    const kinds = (definition['settings'] as readonly JsonObject[]).map(({ kind }) => kind);
    expect(new Set(kinds)).toEqual(
      new Set(['string', 'options', 'date_iso8601', 'array', 'boolean', 'integer', 'decimal']),
    );
  });

  it('validates sign-in only by settings that exist', () => {
    const names = settingsOf(schema).map(({ name }) => name);
    expect(
      (definition['settings_group_validation'] as string[][]).flat().filter((name) => !names.includes(name)),
    ).toEqual([]);
  });
});

describe('the sample project for Meltano [S50]', () => {
  interface Extractor {
    readonly name: string;
    readonly executable: string;
    readonly capabilities: readonly string[];
    readonly config: object;
    readonly settings: readonly {
      readonly name: string;
      readonly kind?: string;
      readonly sensitive?: boolean;
    }[];
  }
  const project = parse(file('meltano/sample/meltano.yml')) as {
    plugins: { extractors: readonly [Extractor] };
  };
  const [extractor] = project.plugins.extractors;
  const schema = JSON.parse(file('src/config/spec.json')) as JsonObject;
  const definition = parse(meltanoDefinition(schema, '')) as Extractor;

  it('uses the extractor as the definition has it', () => {
    expect(extractor.name).toBe(definition.name);
    expect(extractor.executable).toBe(definition.executable);
    expect(extractor.capabilities).toEqual(definition.capabilities);
    for (const setting of extractor.settings) {
      const defined = definition.settings.find(({ name }) => name === setting.name);
      const { kind = 'string', sensitive } = setting;
      expect({ kind, sensitive }).toEqual({ kind: defined?.kind, sensitive: defined?.sensitive });
    }
  });

  it('configures nothing but settings that it declares, and no secret', () => {
    const declared = extractor.settings.map(({ name }) => name);
    expect(Object.keys(extractor.config).filter((name) => !declared.includes(name))).toEqual([]);
    expect(extractor.config).not.toHaveProperty('client_secret');
  });
});
