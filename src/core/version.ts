import { readFileSync } from 'node:fs';

/** The version in package.json. Read when asked for: start-up time counts. */
export function version(): string {
  return packageFile().version;
}

/** The description in package.json. */
export function programDescription(): string {
  return packageFile().description;
}

function packageFile(): { readonly version: string; readonly description: string } {
  return JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
}
