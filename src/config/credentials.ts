import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../core/json.ts';
import { isJsonObject } from '../core/json.ts';
import { secret } from '../core/secret.ts';
import type { Credentials } from './types.ts';
import type { Problem } from './validate.ts';

type Found = { readonly credentials: Credentials } | { readonly problems: readonly Problem[] };

const flatKeys = ['tenant_id', 'client_id', 'client_secret'] as const;

/**
 * The one way to sign in that the settings give: the three flat settings, or the object `credentials`. Expects settings
 * that the schema has accepted. `hosted`: on somebody else's machines, whose files and identity are not the user's.
 */
export function parseCredentials(settings: JsonObject, hosted: boolean): Found {
  const flat = flatKeys.filter((key) => settings[key] !== undefined);
  const object = settings['credentials'];
  if (isJsonObject(object)) {
    if (flat.length > 0)
      return wrong(`Sign in one way only: remove either credentials or ${flat.join(', ')}.`);
    return fromObject(object, hosted);
  }
  const missing = flatKeys.filter((key) => settings[key] === undefined);
  if (missing.length === 0) return { credentials: bySecret(settings) };
  if (flat.length === 0) {
    return wrong(
      'No way to sign in: give tenant_id, client_id and client_secret, or the object credentials ' +
        '(auth_type client_secret, certificate or managed_identity).',
    );
  }
  return { problems: missing.map((setting) => ({ setting, message: `${setting} is missing.` })) };
}

function fromObject(object: JsonObject, hosted: boolean): Found {
  switch (object['auth_type']) {
    case 'client_secret':
      return { credentials: bySecret(object) };
    case 'certificate':
      return byCertificate(object, !hosted);
    default:
      if (hosted)
        return wrong('There is no managed identity here: sign in with a client secret or a certificate.');
      return { credentials: { kind: 'managed_identity', clientId: text(object['client_id']) } };
  }
}

function bySecret(from: JsonObject): Credentials {
  return {
    kind: 'secret',
    tenantId: text(from['tenant_id']) ?? '',
    clientId: text(from['client_id']) ?? '',
    clientSecret: secret(text(from['client_secret']) ?? ''),
  };
}

function byCertificate(from: JsonObject, readsFiles: boolean): Found {
  const certificate = pem(text(from['certificate']) ?? '', 'credentials.certificate', readsFiles);
  if ('problems' in certificate) return certificate;
  const privateKey = pem(text(from['private_key']) ?? certificate.pem, 'credentials.private_key', readsFiles);
  if ('problems' in privateKey) return privateKey;
  if (!/-----BEGIN CERTIFICATE-----/.test(certificate.pem)) {
    return wrong('credentials.certificate holds no CERTIFICATE block.', 'credentials.certificate');
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(privateKey.pem)) {
    return wrong(
      'credentials.private_key is missing or holds no PRIVATE KEY block.',
      'credentials.private_key',
    );
  }
  const passphrase = text(from['passphrase']);
  return {
    credentials: {
      kind: 'certificate',
      tenantId: text(from['tenant_id']) ?? '',
      clientId: text(from['client_id']) ?? '',
      certificate: certificate.pem,
      privateKey: secret(privateKey.pem),
      passphrase: passphrase === undefined ? undefined : secret(passphrase),
    },
  };
}

/** PEM text, or the contents of the file it names. The value itself is never told: it may be a secret. */
function pem(
  value: string,
  setting: string,
  readsFiles: boolean,
): { readonly pem: string } | { readonly problems: readonly Problem[] } {
  // Forms and environment variables with one line only carry the line ends as \n.
  if (value.includes('-----BEGIN'))
    return { pem: value.includes('\n') ? value : value.replaceAll('\\n', '\n') };
  if (!readsFiles) return wrong(`${setting} must be PEM text here, not the path of a file.`, setting);
  try {
    return { pem: readFileSync(value, 'utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    return wrong(`${setting} is neither PEM text nor the path of a readable file (${code}).`, setting);
  }
}

function wrong(message: string, setting = 'credentials'): { readonly problems: readonly Problem[] } {
  return { problems: [{ setting, message }] };
}

const text = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
