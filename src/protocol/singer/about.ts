import type { JsonObject } from '../../core/json.ts';
import { type Setting, settingsOf } from './settings.ts';

/** What `--about` tells of, beside the capabilities: version and description of the package, JSON Schema of the configuration. */
export interface AboutFacts {
  readonly version: string;
  readonly description: string;
  readonly settings: JsonObject;
}

/** Forms of `--about`. */
export type AboutFormat = 'text' | 'json' | 'markdown';

/** Capabilities by the names of the Meltano Hub. Only what a test proves stands here (docs/singer.md). */
export const capabilities: readonly string[] = [
  'catalog',
  'discover',
  'state',
  'about',
  'test',
  'log-based',
  'activate-version',
  'structured-logging',
];

/** The document that `--about` prints, with the members that singer-sdk taps have; what is Python's alone is null. */
export function about(format: AboutFormat, facts: AboutFacts): Buffer {
  switch (format) {
    case 'json':
      return Buffer.from(`${JSON.stringify(aboutJson(facts), null, 2)}\n`);
    case 'text':
      return Buffer.from(text(facts));
    case 'markdown':
      return Buffer.from(markdown(facts));
    default:
      return format satisfies never;
  }
}

function aboutJson({ version, description, settings }: AboutFacts): JsonObject {
  return {
    name: 'tap-dynamics365',
    description,
    version,
    sdk_version: null,
    supported_python_versions: null,
    capabilities,
    settings,
  };
}

function text({ version, description, settings }: AboutFacts): string {
  return [
    'Name: tap-dynamics365',
    `Description: ${description}`,
    `Version: ${version}`,
    'Capabilities:',
    ...capabilities.map((capability) => `  - ${capability}`),
    'Settings:',
    ...settingsOf(settings).flatMap((setting) => [
      `  - Name: ${setting.name}`,
      `    Type: ${typeText(setting)}`,
      `    Environment Variable: ${setting.variable}`,
      `    Description: ${setting.description}`,
    ]),
    '',
  ].join('\n');
}

function markdown({ version, description, settings }: AboutFacts): string {
  return [
    '# `tap-dynamics365`',
    '',
    description,
    '',
    `Version ${version}.`,
    '',
    '## Capabilities',
    '',
    ...capabilities.map((capability) => `- \`${capability}\``),
    '',
    '## Settings',
    '',
    '| Setting | Type | Required | Default | Description |',
    '| :-- | :-- | :-: | :-- | :-- |',
    ...settingsOf(settings).map(
      (setting) =>
        `| \`${setting.name}\` | ${cell(typeText(setting))} | ${setting.required ? 'yes' : 'no'} | ${
          setting.default === undefined ? '' : `\`${JSON.stringify(setting.default)}\``
        } | ${cell(setting.description)} |`,
    ),
    '',
  ].join('\n');
}

function typeText({ type, choices, secret }: Setting): string {
  const base = choices.length === 0 ? type : choices.join(' | ');
  return secret ? `${base} (secret)` : base;
}

function cell(value: string): string {
  return value.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');
}
