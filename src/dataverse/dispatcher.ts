import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Dispatcher } from 'undici';
import { isPrivateHost } from '../config/hosts.ts';
import { ConnectorError } from '../core/errors.ts';
import { undici } from '../core/packages.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** The one way out, for sign-in and data: through the proxy that HTTPS_PROXY and NO_PROXY name, if any. */
export function createDispatcher(env: Variables): Dispatcher {
  const { Agent, EnvHttpProxyAgent } = undici();
  const hosted = env['DEPLOYMENT_MODE']?.toLowerCase() === 'cloud';
  const options = {
    // As long as the front end keeps idle connections, minus a margin against using one that is being closed.
    keepAliveTimeout: 30_000,
    keepAliveMaxTimeout: 120_000,
    connect: { timeout: 30_000, ...(hosted ? { lookup: publicLookup } : {}) },
  };
  const proxy = variable(env, 'https_proxy') ?? variable(env, 'http_proxy');
  const noProxy = variable(env, 'no_proxy');
  const dispatcher =
    proxy === undefined
      ? new Agent(options)
      : new EnvHttpProxyAgent({
          ...options,
          httpsProxy: proxyAddress(proxy),
          ...(noProxy === undefined ? {} : { noProxy }),
        });
  return hosted ? dispatcher.compose(publicHostsOnly) : dispatcher;
}

/** As curl takes it: `http://` may be left out. The value is never told: it may hold a password. */
function proxyAddress(text: string): string {
  const address = text.includes('://') ? text : `http://${text}`;
  if (/^https?:/i.test(address) && URL.canParse(address)) return address;
  throw new ConnectorError(
    'config',
    'HTTPS_PROXY is no address of an HTTP proxy: write http://host:port, or http://user:password@host:port.',
  );
}

/** Refuses addresses that need not be looked up, and what a proxy would look up: whoever names them, a user or a service. */
const publicHostsOnly: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { hostname } = new URL(String(options.origin));
  if (isPrivateHost(hostname)) throw privateAddress(hostname);
  return dispatch(options, handler);
};

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
