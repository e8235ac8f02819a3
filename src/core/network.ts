import { ConnectorError } from './errors.ts';

const certificateCodes =
  /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT|HOSTNAME_MISMATCH)/;

/** The error code of Node or undici (`ECONNRESET`, `UND_ERR_SOCKET`), searched through the causes; undefined when there is none. */
export function networkCode(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 5; error = error.cause, depth += 1) {
    if (error instanceof AggregateError && error.errors.length > 0) return networkCode(error.errors[0]);
    const code = (error as { code?: unknown }).code;
    const inner = networkCode(error.cause);
    if (inner !== undefined) return inner;
    if (typeof code === 'string') return code;
  }
  return undefined;
}

/**
 * A failed connection as a `ConnectorError`: `config` where the user's input or machine is at fault (a host that does
 * not exist, a certificate that is not trusted), `transient` otherwise.
 */
export function networkError(thrown: unknown, host: string, setting: string): ConnectorError {
  if (thrown instanceof ConnectorError) return thrown;
  const code = networkCode(thrown) ?? 'unknown';
  const details = { code, cause: thrown };
  if (code === 'ENOTFOUND') {
    return new ConnectorError('config', `The host ${host} does not exist. Check ${setting}.`, details);
  }
  if (certificateCodes.test(code)) {
    return new ConnectorError(
      'config',
      `The certificate of ${host} is not trusted (${code}). If a proxy or a private authority signs it, ` +
        'name the file of that authority in the environment variable NODE_EXTRA_CA_CERTS.',
      details,
    );
  }
  return new ConnectorError('transient', `The connection to ${host} failed: ${explain(code)}`, details);
}

function explain(code: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'it was refused (ECONNREFUSED).';
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
