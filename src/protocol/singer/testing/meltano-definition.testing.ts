import { stringify } from 'yaml';
import type { JsonObject } from '../../../core/json.ts';
import { capabilities } from '../about.ts';
import { type Setting, settingsOf } from '../settings.ts';

/** Meltano's kinds of settings (Meltano documentation, "Plugin definition syntax") by type. */
const kinds: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'integer',
  number: 'decimal',
  boolean: 'boolean',
  array: 'array',
  object: 'object',
  date: 'date_iso8601',
};

/** The text of meltano/tap-dynamics365.yml: the definition for `meltano add --from-ref`, with the settings of the configuration. */
export function meltanoDefinition(schema: JsonObject, description: string): string {
  const definition = {
    name: 'tap-dynamics365',
    namespace: 'tap_dynamics365',
    variant: 'tap-dynamics365',
    label: 'Microsoft Dynamics 365',
    description,
    executable: 'node_modules/.bin/tap-dynamics365',
    prereq:
      'Node.js 20.19 or newer, and `npm install tap-dynamics365` in the Meltano project. If the tap is installed elsewhere, set `executable` to its path, or to `tap-dynamics365` alone to have it looked up on PATH.',
    domain_url: 'https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview',
    keywords: ['api', 'crm', 'dataverse', 'dynamics365'],
    maintenance_status: 'active',
    quality: 'unknown',
    capabilities,
    settings_group_validation: [
      ['environment_url', 'tenant_id', 'client_id', 'client_secret'],
      [
        'environment_url',
        'credentials.auth_type',
        'credentials.tenant_id',
        'credentials.client_id',
        'credentials.client_secret',
      ],
      [
        'environment_url',
        'credentials.auth_type',
        'credentials.tenant_id',
        'credentials.client_id',
        'credentials.certificate',
      ],
      ['environment_url', 'credentials.auth_type'],
    ],
    settings: settingsOf(schema).map(meltanoSetting),
  };
  return `# Made from src/config/spec.json; \`npx vitest run -u src/protocol/singer\` makes it anew.\n${stringify(definition, { lineWidth: 0 })}`;
}

/** Defaults stay with the tap: given here, Meltano would write them into every config file, where they would outlive us. */
function meltanoSetting({ name, type, title, description, secret, choices }: Setting): object {
  return {
    name,
    label: title,
    kind: choices.length > 0 ? 'options' : kinds[type],
    ...(choices.length > 0 ? { options: choices.map((value) => ({ label: value, value })) } : {}),
    ...(secret ? { sensitive: true } : {}),
    description,
  };
}
