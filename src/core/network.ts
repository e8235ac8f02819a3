import { ConnectorError } from './errors.ts';

const certificateCodes =
  /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|HOSTNAME_MISMATCH)/;

/** The error code of Node or undici (`ECONNRESET`, `UND_ERR_SOCKET`), searched through the causes; undefined when there is none. */
export function networkCode(thrown: unknown): string | undefined {
  const codes = causes(thrown).map((error) => (error as { readonly code?: unknown }).code);
  return codes.findLast((code): code is string => typeof code === 'string');
}

/** The error, its cause, the cause's cause and so on. Of several attempts that failed, the first one counts. */
function causes(thrown: unknown): readonly Error[] {
  const found: Error[] = [];
  let next = thrown;
  while (next instanceof Error && found.length < 5) {
    found.push(next);
    next = next instanceof AggregateError ? next.errors[0] : next.cause;
  }
  return found;
}

/**
 * A failed connection as a `ConnectorError`: `config` where the user's input or machine is at fault (a host that does
 * not exist, a certificate that is not trusted), `transient` otherwise.
 */
export function networkError(thrown: unknown, host: string, setting: string): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown;
  const code = networkCode(thrown) ?? 'unknown';
  const details = { code, cause: thrown };
  // Nothing was sent: asking again would fail again.
  if (code === 'UND_ERR_INVALID_ARG')
    return new ConnectorError('bug', `The request to ${host} could not be made: ${String(thrown)}.`, details);
  const proxy = proxyError(thrown, host, code);
  if (proxy !== undefined) return new ConnectorError('config', proxy, details);
  if (code === 'ENOTFOUND') {
    return new ConnectorError(
      'config',
      `The host ${host} does not exist, or this machine cannot look it up. Check ${setting}, and the network.`,
      details,
    );
  }
  if (certificateCodes.test(code)) {
    return new ConnectorError(
      'config',
      `The certificate of ${host} is not trusted (${code}). If a proxy or a private authority signs it, ` +
        'name the file of that authority in the environment variable NODE_EXTRA_CA_CERTS.',
      details,
    );
  }
  return new ConnectorError(
    'transient',
    `The connection to ${host} failed: ${explain(code, thrown)}`,
    details,
  );
}

/** The address that refused, which may be a proxy's. */
function refusing(thrown: unknown): string {
  const { address, port } = (causes(thrown).at(-1) ?? {}) as {
    readonly address?: unknown;
    readonly port?: unknown;
  };
  return typeof address === 'string' ? ` by ${address}, port ${String(port)}` : '';
}

/** What is wrong with the proxy, if it is the proxy. */
function proxyError(thrown: unknown, host: string, code: string): string | undefined {
  const refused = /Proxy response \((\d+)\)/.exec(String(thrown))?.[1];
  if (refused === '407')
    return 'The proxy wants to be signed in to (407): write http://user:password@host in HTTPS_PROXY.';
  if (refused !== undefined) return `The proxy that HTTPS_PROXY names does not lead to ${host} (${refused}).`;
  const lookedUp = causes(thrown)
    .map((error) => (error as { readonly hostname?: unknown }).hostname)
    .find((name) => typeof name === 'string');
  if (code !== 'ENOTFOUND' || lookedUp === undefined || host.startsWith(lookedUp)) return undefined;
  return `The proxy ${lookedUp} does not exist. Check HTTPS_PROXY.`;
}

function explain(code: string, thrown: unknown): string {
  switch (code) {
    case 'ECONNREFUSED':
      return `it was refused${refusing(thrown)} (ECONNREFUSED).`;
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
    case 'EPIPE':
      return `the other side closed it (${code}).`;
    case 'EAI_AGAIN':
      return 'the name could not be looked up (EAI_AGAIN). Is this machine online?';
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return `no answer in time (${code}).`;
    default:
      return `${code}.`;
  }
}
