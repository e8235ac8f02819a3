import { configSchema } from '../config/schema.ts';
import { programDescription, version } from '../core/version.ts';
import type { Output } from '../output/types.ts';
import { type AboutFormat, about } from '../protocol/singer/about.ts';

/** Describes the tap: name, version, capabilities and settings. */
export async function runAbout(format: AboutFormat, output: Output): Promise<number> {
  const facts = { version: version(), description: programDescription(), settings: configSchema() };
  await output.write(about(format, facts));
  return 0;
}
