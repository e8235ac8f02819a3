import { constants, verify, X509Certificate } from 'node:crypto';

const algorithms: Readonly<Record<string, { readonly padding: number; readonly saltLength?: number }>> = {
  RS256: { padding: constants.RSA_PKCS1_PADDING },
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
};

type Json = Readonly<Record<string, unknown>>;

const decode = (part: string): Json => {
  const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  return typeof value === 'object' && value !== null ? (value as Json) : {};
};

/**
 * Says what is wrong with a client assertion; undefined where nothing is.
 * https://learn.microsoft.com/entra/identity-platform/certificate-credentials
 *
 * @param now - seconds since 1970
 */
export function assertionFault(
  assertion: string,
  expected: { clientId: string; audiences: readonly string[]; certificate: string | undefined; now: number },
): string | undefined {
  if (expected.certificate === undefined)
    return 'The certificate with identifier used to sign the client assertion is not registered on application.';
  const [head = '', body = '', signature = ''] = assertion.split('.');
  let header: Json;
  let claims: Json;
  try {
    header = decode(head);
    claims = decode(body);
  } catch {
    return 'Client assertion is malformed.';
  }
  const certificate = new X509Certificate(expected.certificate);
  const algorithm = algorithms[String(header['alg'])];
  if (algorithm === undefined) return `The algorithm '${String(header['alg'])}' is not supported.`;
  const thumbprints: readonly (readonly [string, string])[] = [
    ['x5t', certificate.fingerprint],
    ['x5t#S256', certificate.fingerprint256],
  ];
  const named = thumbprints.find(([name]) => typeof header[name] === 'string');
  const thumbprint =
    named === undefined ? '' : Buffer.from(named[1].replaceAll(':', ''), 'hex').toString('base64url');
  if (named === undefined || header[named[0]] !== thumbprint)
    return 'The thumbprint of the certificate is not registered.';
  const key = { key: certificate.publicKey, ...algorithm };
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) {
    return 'Client assertion failed signature validation.';
  }
  if (claims['iss'] !== expected.clientId || claims['sub'] !== expected.clientId) {
    return 'Client assertion must name the application as issuer and subject.';
  }
  if (!expected.audiences.includes(String(claims['aud'])))
    return 'Client assertion audience claim does not match Realm issuer.';
  if (typeof claims['exp'] !== 'number' || claims['exp'] <= expected.now)
    return 'Client assertion is not within its valid time range.';
  return undefined;
}
