import { apiTwin } from '../config/clouds.ts';
import type { Config } from '../config/types.ts';
import { ConnectorError } from '../core/errors.ts';
import type { Environment } from './types.ts';

/** The addresses of the environment that the configuration names. */
export function environmentOf(config: Pick<Config, 'environmentHost' | 'environmentOrigin'>): Environment {
  const { environmentHost: host, environmentOrigin: origin } = config;
  return { host, origin, base: `${origin}/api/data/v9.2/` };
}

/**
 * The path and query to ask the environment's own origin for, taken from a link byte for byte: a `$skiptoken` that is
 * decoded and encoded again may not survive. Links may name the environment's other host (`org.api.crm…`), which serves
 * the same; any other origin is refused, since the bearer token goes along.
 * @throws ConnectorError `protocol`
 */
export function pathOf(url: string, environment: Environment): string {
  const absolute = /^[a-z][a-z0-9+.-]*:/i.test(url);
  if (!absolute) return sendable(url.startsWith('/') ? url : `${new URL(environment.base).pathname}${url}`);
  const origin = URL.canParse(url) ? new URL(url).origin : 'null';
  if (origin !== environment.origin && origin !== twinOf(environment)) {
    throw new ConnectorError(
      'protocol',
      `The service sent a link to another place (${origin}), which is not followed: the access token is for ${environment.origin} only.`,
      { url: origin },
    );
  }
  const path = url.replace(/^[^:]+:[/\\]*[^/\\?#]*/, '');
  return sendable(path.startsWith('/') ? path : `/${path}`);
}

function twinOf(environment: Environment): string | undefined {
  const twin = environment.origin.replace(environment.host, apiTwin(environment.host));
  // An IP address has none.
  return URL.canParse(twin) ? new URL(twin).origin : undefined;
}

/** HTTP forbids spaces and control characters in a path; everything else stays as it came. */
function sendable(path: string): string {
  return path.replace(/[^\x21-\x7e]+/gu, (text) => encodeURIComponent(text));
}

/** A URL for logs and errors: without host, without the values of skip and delta tokens, cut to a readable length. */
export function redactUrl(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/^\/api\/data\/v[\d.]+\//, '');
  const masked = maskTokens(path);
  return masked.length > 300 ? `${masked.slice(0, 300)}…` : masked;
}

/** Masks the values of `$skiptoken` and `$deltatoken` wherever they stand in a text. */
export function maskTokens(text: string): string {
  return text.replace(/((?:\$|%24)?(?:skip|delta)token(?:=|%3d))[^&\s"'#]+/gi, '$1****');
}
