import type { JsonObject } from '../core/json.ts';
import { loginOrigin, withoutApi } from './clouds.ts';
import { isPrivateHost, parseOrigin } from './hosts.ts';

/** Where the data are and where one signs in, both as origins. */
export interface Hosts {
  readonly environmentOrigin: string;
  readonly authorityHost: string;
}

/** Told what is wrong with a setting, as the rest of a sentence that begins with its name. */
export type Complain = (setting: string, message: string) => void;

/** The addresses that the settings give; undefined when one is wrong. `hosted`: on somebody else's machines. */
export function parseHosts(settings: JsonObject, hosted: boolean, complain: Complain): Hosts | undefined {
  const origin = (setting: string): URL | undefined => {
    const value = settings[setting];
    if (typeof value !== 'string') return undefined;
    const parsed = parseOrigin(value);
    if ('wrong' in parsed) complain(setting, parsed.wrong);
    else if (hosted && isPrivateHost(new URL(parsed.origin).hostname))
      complain(setting, 'must not be a private address');
    else return new URL(parsed.origin);
    return undefined;
  };
  const environment = origin('environment_url');
  const authority = origin('authority_host');
  if (environment === undefined) return undefined;
  const host = withoutApi(environment.host);
  if (authority !== undefined)
    return { environmentOrigin: `https://${host}`, authorityHost: authority.origin };
  if (settings['authority_host'] !== undefined) return undefined;
  const login = loginOrigin(host);
  if (login === undefined) {
    complain(
      'environment_url',
      `(${host}) is no address of an environment, like https://org12345.crm4.dynamics.com (Power Platform admin centre, Environments). If it is one, in a cloud that is not known here, name the login host in authority_host`,
    );
    return undefined;
  }
  return { environmentOrigin: `https://${host}`, authorityHost: login };
}
