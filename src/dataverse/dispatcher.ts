import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';

/** Connections are kept as long as the front end keeps them, minus a margin against using one that is being closed. */
const options = {
  keepAliveTimeout: 30_000,
  keepAliveMaxTimeout: 120_000,
  connect: { timeout: 30_000 },
} as const;

/** The one way out, for sign-in and data: through the proxy that HTTPS_PROXY and NO_PROXY name, if any. */
export function createDispatcher(env: Readonly<Record<string, string | undefined>>): Dispatcher {
  const proxy = env['https_proxy'] ?? env['HTTPS_PROXY'] ?? env['http_proxy'] ?? env['HTTP_PROXY'] ?? '';
  return proxy === '' ? new Agent(options) : new EnvHttpProxyAgent(options);
}
