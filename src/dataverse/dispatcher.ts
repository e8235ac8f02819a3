import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { isPrivateHost } from '../config/hosts.ts';
import { ConnectorError } from '../core/errors.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The one way out, for sign-in and data: through the proxy that HTTPS_PROXY and NO_PROXY name, if any. */
export function createDispatcher(env: Variables): Dispatcher {
  const hosted = env['DEPLOYMENT_MODE']?.toLowerCase() === 'cloud';
  const options = {
    // As long as the front end keeps idle connections, minus a margin against using one that is being closed.
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 120_000,
    connect: { timeout: 30_000, ...(hosted ? { lookup: publicLookup } : {}) },
  };
  const proxy = variable(env, 'https_proxy') ?? variable(env, 'http_proxy');
  if (proxy === undefined) return new Agent(options);
  const noProxy = variable(env, 'no_proxy');
  return new EnvHttpProxyAgent({
    ...options,
    httpsProxy: proxy,
    ...(noProxy === undefined ? {} : { noProxy }),
  });
}

/** Lower case wins, as in curl. */
function variable(env: Variables, name: string): string | undefined {
  const value = env[name] ?? env[name.toUpperCase()];
  return value === '' ? undefined : value;
}

/** Looks names up, and refuses those that lead into a private network, whatever the name looks like. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [], 0);
    const refused = addresses.some(({ address }) => isPrivateHost(address));
    if (refused) return callback(privateAddress(hostname), [], 0);
    if (options.all === true) return callback(null, addresses);
    const [first] = addresses;
    callback(null, first?.address ?? '', first?.family ?? 4);
  });
};

function privateAddress(hostname: string): ConnectorError {
  const message = `The host ${hostname} leads into a private network, where this connector must not go.`;
  return new ConnectorError('config', message);
}
