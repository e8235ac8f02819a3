import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** acceptance-test-config.yml, as far as these tests go by it. Paths are relative to the repository. */
export interface AcceptanceConfig {
  readonly acceptance_tests: {
    readonly spec: Tests<object>;
    readonly connection: Tests<{ readonly status: 'succeed' | 'failed' | 'exception' }>;
    readonly discovery: Tests<object>;
    readonly basic_read: Tests<{
      readonly configured_catalog_path: string;
      readonly expect_records: { readonly path: string };
      readonly ignored_fields: Readonly<Record<string, readonly { readonly name: string }[]>>;
      readonly empty_streams?: readonly { readonly name: string }[];
      readonly fail_on_extra_columns: boolean;
      readonly validate_schema: boolean;
      readonly validate_stream_statuses: boolean;
      readonly validate_state_messages: boolean;
      readonly validate_primary_keys_data_type: boolean;
    }>;
    readonly full_refresh: Tests<{ readonly configured_catalog_path: string }>;
    readonly incremental: Tests<{
      readonly configured_catalog_path: string;
      readonly future_state: { readonly future_state_path: string };
    }>;
  };
}

interface Tests<T> {
  readonly tests: readonly (T & { readonly config_path: string })[];
}

/** A file of the repository. */
export function fileText(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
}

/** A JSON file of the repository. */
// biome-ignore lint/suspicious/noExplicitAny: files of many shapes, and a wrong shape fails the test.
export function fileJson(path: string): any {
  return JSON.parse(fileText(path));
}

/** Reads acceptance-test-config.yml. */
export function acceptanceConfig(): AcceptanceConfig {
  return parse(fileText('acceptance-test-config.yml')) as AcceptanceConfig;
}
