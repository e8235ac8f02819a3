import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Credentials } from '../config/types.ts';
import { ConnectorError } from '../core/errors.ts';

type ByCertificate = Extract<Credentials, { kind: 'certificate' }>;

/** What msal-node wants of a certificate. */
export interface ClientCertificate {
  readonly thumbprintSha256: string;
  readonly privateKey: string;
  /** Sent along for apps that trust a certificate by its subject and issuer. */
  readonly x5c: string;
}

/**
 * The certificate and key of the configuration. What can be told here is told here: the sign-in service only says that it
 * does not know the key.
 * @throws ConnectorError `config`
 */
export function certificateOf(credentials: ByCertificate): ClientCertificate {
  const key = privateKey(credentials);
  // A chain may come in any order: ours is the one that the key belongs to.
  const chain = certificates(credentials.certificate);
  const own = chain.find(({ certificate }) => certificate.checkPrivateKey(key));
  if (own === undefined) {
    throw wrong(
      'credentials.private_key does not belong to credentials.certificate. Give the key that the certificate was made with.',
    );
  }
  const others = chain.filter((link) => link !== own);
  return {
    thumbprintSha256: own.certificate.fingerprint256.replaceAll(':', ''),
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    x5c: [own, ...others].map(({ pem }) => pem).join('\n'),
  };
}

function privateKey({ privateKey: pem, passphrase }: ByCertificate): KeyObject {
  const isLocked = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem.reveal());
  if (isLocked && passphrase === undefined) {
    throw wrong('credentials.private_key is encrypted. Give its passphrase in credentials.passphrase.');
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem.reveal(), passphrase: passphrase?.reveal() });
  } catch (cause) {
    throw wrong(
      isLocked
        ? 'credentials.private_key cannot be opened. Check credentials.passphrase, and that the key is whole.'
        : 'credentials.private_key cannot be read. Check that it is a whole PEM private key.',
      cause,
    );
  }
  if (key.asymmetricKeyType === 'rsa') return key;
  throw wrong(
    `credentials.private_key is of the kind ${key.asymmetricKeyType}, with which Microsoft Entra ID lets no app sign in. Make an RSA key and certificate.`,
  );
}

function certificates(text: string) {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((pem) => ({ pem, certificate: new X509Certificate(pem) }));
  } catch (cause) {
    throw wrong('credentials.certificate cannot be read. Check that it is a whole PEM certificate.', cause);
  }
}

function wrong(message: string, cause?: unknown): ConnectorError {
  return new ConnectorError('config', message, cause === undefined ? {} : { cause });
}
