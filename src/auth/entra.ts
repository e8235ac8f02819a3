import { ConnectorError, type ErrorKind } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { retryAfterSeconds } from '../core/retry-after.ts';

/** An answer of Microsoft Entra ID with status 400 or above. */
export interface EntraAnswer {
  readonly host: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: JsonObject;
}

interface Advice {
  readonly kind: ErrorKind;
  readonly text: string;
}

/** Source: "Microsoft Entra authentication and authorization error codes". */
const advice: Readonly<Record<string, Advice>> = {
  AADSTS7000215: {
    kind: 'auth',
    text: 'The client secret is wrong. Copy the value (not the ID) of a secret of the app registration into client_secret.',
  },
  AADSTS7000222: {
    kind: 'auth',
    text: 'The client secret has expired. Make a new one in the app registration (Certificates & secrets) and put its value into client_secret.',
  },
  AADSTS90002: {
    kind: 'auth',
    text: 'The tenant does not exist. Check tenant_id (Directory ID on the overview page of the app registration) and that the login host is that of its cloud.',
  },
  AADSTS900023: { kind: 'auth', text: 'The tenant is not a valid GUID or domain name. Check tenant_id.' },
  AADSTS700016: {
    kind: 'auth',
    text: 'The app is not registered in this tenant. Check client_id (Application ID, not the object ID) and tenant_id.',
  },
  AADSTS500011: {
    kind: 'auth',
    text: 'This tenant has no environment with that address. Check environment_url, and that tenant_id is the tenant the environment belongs to.',
  },
  AADSTS70011: {
    kind: 'auth',
    text: 'The scope was refused. Check that environment_url is the address of a Dataverse environment.',
  },
  AADSTS700027: {
    kind: 'auth',
    text: 'The certificate was refused: its key is not registered with the app, or it has expired. Upload the certificate in the app registration (Certificates & secrets).',
  },
  AADSTS700024: {
    kind: 'auth',
    text: "The certificate's proof is outside its time of validity. Check the clock of this machine.",
  },
  AADSTS700030: {
    kind: 'auth',
    text: 'The certificate is not valid for this app. Check credentials.certificate and client_id.',
  },
  AADSTS7000112: {
    kind: 'auth',
    text: 'The app is disabled in this tenant. Have an administrator enable it.',
  },
  AADSTS7000229: {
    kind: 'auth',
    text: 'The app has no service principal in this tenant. Have an administrator add it.',
  },
  AADSTS65001: { kind: 'auth', text: 'The app lacks consent. Have an administrator grant it.' },
  AADSTS53003: {
    kind: 'auth',
    text: 'A conditional access policy of the tenant blocks this sign-in. Have an administrator except the app.',
  },
  AADSTS50196: { kind: 'transient', text: 'Too many sign-ins in a short time.' },
  AADSTS90033: { kind: 'transient', text: 'The sign-in service has a passing problem.' },
};

/** A refused sign-in as an error that says what to do. */
export function explainEntra(answer: EntraAnswer, environmentOrigin: string): ConnectorError {
  const description =
    typeof answer.body['error_description'] === 'string' ? answer.body['error_description'] : '';
  const code = /AADSTS\d+/.exec(description)?.[0];
  const retryAfter = retryAfterSeconds(answer.retryAfter, Date.now());
  const details = {
    status: answer.status,
    url: `https://${answer.host}/`,
    ...(code === undefined ? {} : { code }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
  const known = code === undefined ? undefined : advice[code];
  if (known !== undefined) {
    return new ConnectorError(
      known.kind,
      `Sign-in to ${environmentOrigin} failed (${code}). ${known.text}`,
      details,
    );
  }
  if (answer.status === 429) {
    return new ConnectorError('throttled', `The sign-in service ${answer.host} asks to wait (429).`, details);
  }
  if (answer.status >= 500 || answer.status === 408) {
    return new ConnectorError(
      'transient',
      `The sign-in service ${answer.host} failed (${answer.status}).`,
      details,
    );
  }
  // The first sentence says it; the rest are trace ids and a timestamp.
  const reason = description.split(/\r?\n| Trace ID:/)[0] ?? '';
  const said =
    reason === ''
      ? `${answer.host} answered ${answer.status}. Check authority_host (the login host) and tenant_id.`
      : reason;
  return new ConnectorError('auth', `Sign-in to ${environmentOrigin} failed: ${said}`, details);
}
