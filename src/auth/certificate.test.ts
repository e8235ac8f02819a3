import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { beforeAll, describe, expect, it } from 'vitest';
import { secret } from '../core/secret.ts';
import { certificateOf } from './certificate.ts';

interface Identity {
  readonly cert: string;
  readonly private: string;
}

let own: Identity;
let other: Identity;
beforeAll(async () => {
  own = await generate([{ name: 'commonName', value: 'tap' }], { keySize: 2048 });
  other = await generate([{ name: 'commonName', value: 'authority' }], { keySize: 2048 });
});

const read = (certificate: string, privateKey: string, passphrase?: string) =>
  certificateOf({
    kind: 'certificate',
    tenantId: 'contoso.example',
    clientId: 'app',
    certificate,
    privateKey: secret(privateKey),
    passphrase: passphrase === undefined ? undefined : secret(passphrase),
  });

const locked = (format: 'pkcs8' | 'pkcs1') =>
  createPrivateKey(own.private)
    .export({ type: format, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
    .toString();

const thumbprint = (pem: string) => new X509Certificate(pem).fingerprint256.replaceAll(':', '');

describe('a certificate', () => {
  it('is found in its chain, whatever the order', () => {
    for (const chain of [own.cert + other.cert, other.cert + own.cert, `${own.private}\n${own.cert}`]) {
      const { thumbprintSha256, x5c } = read(chain, own.private);
      expect(thumbprintSha256).toBe(thumbprint(own.cert));
      // Its own comes first, as the sign-in service wants it, and the key never goes along.
      expect(thumbprint(x5c)).toBe(thumbprint(own.cert));
      expect(x5c).not.toContain('PRIVATE');
    }
  });

  it.each(['pkcs8', 'pkcs1'] as const)(
    'comes with an encrypted key (%s), opened by its passphrase',
    (format) => {
      const { privateKey } = read(own.cert, locked(format), 'open sesame');
      expect(createPrivateKey(privateKey).equals(createPrivateKey(own.private))).toBe(true);
    },
  );

  const elliptic = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString();
  const broken = (text: string) => text.replace(/\n[^-]{40}/, '\n');
  const cases: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['another key', () => read(own.cert, other.private), /does not belong to credentials\.certificate/],
    ['a locked key without passphrase', () => read(own.cert, locked('pkcs8')), /in credentials\.passphrase/],
    ['an older locked key without it', () => read(own.cert, locked('pkcs1')), /in credentials\.passphrase/],
    ['a wrong passphrase', () => read(own.cert, locked('pkcs8'), 'sesame'), /Check credentials\.passphrase/],
    ['a key that is not whole', () => read(own.cert, broken(own.private)), /private_key cannot be read/],
    [
      'a certificate that is not whole',
      () => read(broken(own.cert), own.private),
      /certificate cannot be read/,
    ],
    ['a key of another kind', () => read(own.cert, elliptic()), /Make an RSA key/],
  ];
  it.each(cases)('is refused with %s, in words that help', (_, attempt, says) => {
    let error: unknown;
    try {
      attempt();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ kind: 'config', message: expect.stringMatching(says) });
  });
});
