import type { AuthenticationResult, NodeSystemOptions } from '@azure/msal-node';
import type { Dispatcher } from 'undici';
import type { Config, Credentials } from '../config/types.ts';
import { ConnectorError } from '../core/errors.ts';
import { msal, undici } from '../core/packages.ts';
import { type Redactor, redactor } from '../core/redact.ts';
import { certificateOf } from './certificate.ts';
import { explainEntra } from './entra.ts';
import { type Network, network, type SignInFailure } from './network.ts';
import type { SignedIn } from './types.ts';

/**
 * Gets one token for the environment, in the way the configuration says. `redact` learns what is made to prove who we
 * are, and masks secrets in what the sign-in service says.
 */
export function signIn(
  config: Config,
  dispatcher: Dispatcher,
  redact: Redactor = redactor([]),
): () => Promise<SignedIn> {
  const managed = config.credentials.kind === 'managed_identity';
  const net = managed ? machine() : network(dispatcher, redact);
  let client: Promise<Acquire> | undefined;
  let signedIn = false;
  return async () => {
    net.forget();
    try {
      client ??= connect(config, net);
      const result = await (await client)();
      if (result === null || result.accessToken === '') throw new Error('the sign-in service sent no token');
      signedIn = true;
      return {
        token: result.accessToken,
        lifetimeMilliseconds: Math.max(0, (result.expiresOn?.getTime() ?? 0) - Date.now()),
      };
    } catch (error) {
      client = undefined;
      const explained = explain(error, net, config);
      // What worked before is not wrong now: the network is.
      const passing = signedIn && net.failure()?.kind === 'error';
      throw passing ? new ConnectorError('transient', explained.message, explained.details) : explained;
    }
  };
}

let machineNetwork: Network | undefined;

/**
 * The way to this machine's identity endpoint, never through a proxy. One for the process: msal-node keeps the first
 * that it is given.
 */
function machine(): Network {
  machineNetwork ??= network(new (undici().Agent)(), redactor([]), ['http:', 'https:']);
  return machineNetwork;
}

type Acquire = () => Promise<AuthenticationResult | null>;

async function connect(config: Config, net: Network): Promise<Acquire> {
  // Loaded only here: the commands that do not sign in should start at once.
  const { ConfidentialClientApplication, ManagedIdentityApplication } = msal();
  const system: NodeSystemOptions = {
    networkClient: net.client,
    // The client retries, with waits that it knows of.
    disableInternalRetries: true,
    loggerOptions: { loggerCallback: () => {}, piiLoggingEnabled: false },
  };
  const { credentials, environmentOrigin } = config;
  if (credentials.kind === 'managed_identity') {
    const ids = credentials.clientId === undefined ? {} : { userAssignedClientId: credentials.clientId };
    const application = new ManagedIdentityApplication({ managedIdentityIdParams: ids, system });
    return () => application.acquireToken({ resource: `${environmentOrigin}/`, forceRefresh: true });
  }
  const application = new ConfidentialClientApplication({
    auth: {
      clientId: credentials.clientId,
      authority: `${config.authorityHost}/${credentials.tenantId}`,
      // Known, so that no other host is asked whether this one may be trusted.
      knownAuthorities: [new URL(config.authorityHost).host],
      ...proof(credentials),
    },
    system,
  });
  // This module's callers keep the token; a cached one is never wanted here.
  return () =>
    application.acquireTokenByClientCredential({
      scopes: [`${environmentOrigin}/.default`],
      skipCache: true,
    });
}

function proof(credentials: Exclude<Credentials, { kind: 'managed_identity' }>) {
  return credentials.kind === 'secret'
    ? { clientSecret: credentials.clientSecret.reveal() }
    : { clientCertificate: certificateOf(credentials) };
}

/** What the network saw says more than what the library makes of it. */
function explain(error: unknown, net: Network, config: Config): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const seen = net.failure();
  if (config.credentials.kind === 'managed_identity') return noIdentity(seen, error);
  if (seen?.kind === 'error') return seen.error;
  if (seen?.kind === 'answer') return explainEntra(seen, config.environmentOrigin);
  const { host } = new URL(config.authorityHost);
  const reason = error instanceof Error ? error.message : String(error);
  const message = `Sign-in failed: ${host} does not answer as a sign-in service does (${reason}). Check authority_host.`;
  return new ConnectorError('auth', message, { cause: error });
}

/** This machine has no identity to give, or not the one that was asked for. */
function noIdentity(seen: SignInFailure | undefined, cause: unknown): ConnectorError {
  // App Service says `message`, a virtual machine `error_description`.
  const said =
    seen?.kind === 'answer' ? (seen.body['message'] ?? seen.body['error_description']) : seen?.error.message;
  const reason = typeof said === 'string' ? ` (${said})` : '';
  const advice =
    'Does this machine have one, and is its client ID in credentials.client_id if it is user-assigned?';
  const message = `No token for the managed identity of this machine${reason}. ${advice}`;
  const passing =
    seen?.kind === 'answer' && (seen.status >= 500 || seen.status === 429 || seen.status === 410);
  return new ConnectorError(passing ? 'transient' : 'auth', message, { cause });
}
