import { randomUUID } from 'node:crypto';
import { plainJson, type Reply, type Request } from '../http.ts';
import type { User, Users } from '../users.ts';
import { assertionFault } from './assertion.ts';
import type { Tokens } from './tokens.ts';

/** The part of Entra ID that clients of this environment call. */
export interface SignIn {
  readonly tenantId: string;
  readonly users: Users;
  readonly tokens: Tokens;
  readonly now: () => number;
}

/** Answers a sign-in request; undefined when the path is none of its own. */
export function signInReply(signIn: SignIn, request: Request): Reply | undefined {
  const match = /^\/([^/]+)\/(.+)$/.exec(request.path);
  if (match === null) return undefined;
  const [, tenant = '', rest = ''] = match;
  if (rest === 'v2.0/.well-known/openid-configuration' || rest === '.well-known/openid-configuration') {
    return known(signIn, tenant)
      ? plainJson(200, configuration(request.origin, tenant))
      : tenantNotFound(signIn, tenant, 400);
  }
  if (rest === 'discovery/instance' || (tenant === 'common' && rest.startsWith('discovery/instance'))) {
    return plainJson(200, instances(request));
  }
  if (rest === 'oauth2/v2.0/token' || rest === 'oauth2/token') {
    if (request.method !== 'POST') return plainJson(405, { error: 'invalid_request' });
    return token(signIn, request, tenant, rest === 'oauth2/token');
  }
  return undefined;
}

const known = (signIn: SignIn, tenant: string): boolean => tenant.toLowerCase() === signIn.tenantId;

function configuration(origin: string, tenant: string) {
  const root = `${origin}/${tenant}`;
  return {
    token_endpoint: `${root}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${root}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${root}/v2.0`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: `${origin}/oidc/userinfo`,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${root}/oauth2/v2.0/devicecode`,
    http_logout_supported: true,
    frontchannel_logout_supported: true,
    end_session_endpoint: `${root}/oauth2/v2.0/logout`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid'],
    tenant_region_scope: 'NA',
    cloud_instance_name: new URL(origin).host,
    cloud_graph_host_name: new URL(origin).host,
    rbac_url: origin,
  };
}

function instances(request: Request) {
  const host = new URL(request.origin).host;
  return {
    tenant_discovery_endpoint: `${request.origin}/common/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

function token(signIn: SignIn, request: Request, tenant: string, first: boolean): Reply {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const field = (name: string): string => form.get(name) ?? '';
  if (!known(signIn, tenant)) return tenantNotFound(signIn, tenant, 400);
  if (field('grant_type') !== 'client_credentials') {
    return refused(
      signIn,
      400,
      'unsupported_grant_type',
      70003,
      `The app requested an unsupported grant type '${field('grant_type')}'.`,
    );
  }
  const client = signIn.users.byClient(field('client_id'));
  if (client === undefined) {
    return refused(
      signIn,
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${field('client_id')}' was not found in the directory 'Contoso'.`,
    );
  }
  const scope = first ? `${field('resource').replace(/\/$/, '')}/.default` : field('scope');
  const resource = scope.split(' ').find((each) => each.endsWith('/.default'));
  if (resource === undefined) {
    return refused(
      signIn,
      400,
      'invalid_scope',
      70011,
      `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`,
    );
  }
  const audience = resource.slice(0, -'/.default'.length).replace(/\/$/, '');
  if (!aliases(request.origin).includes(audience.toLowerCase())) {
    return refused(
      signIn,
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${audience} was not found in the tenant named Contoso.`,
    );
  }
  const refusedSecret = secretFault(signIn, request, client, field);
  if (refusedSecret !== undefined) return refusedSecret;
  const issued = signIn.tokens.issue(client.clientId);
  const expires = first ? String(issued.seconds) : issued.seconds;
  return plainJson(200, {
    token_type: 'Bearer',
    expires_in: expires,
    ext_expires_in: expires,
    access_token: issued.token,
  });
}

/** Checks the secret, or the assertion signed with a certificate. */
function secretFault(
  signIn: SignIn,
  request: Request,
  client: User,
  field: (name: string) => string,
): Reply | undefined {
  const invalid = (code: number, text: string): Reply => refused(signIn, 401, 'invalid_client', code, text);
  if (field('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') {
    const endpoint = `${request.origin}${request.path}`;
    const fault = assertionFault(field('client_assertion'), {
      clientId: client.clientId,
      audiences: [endpoint, endpoint.replace('/oauth2/v2.0/token', '/v2.0')],
      certificate: client.certificate,
      now: signIn.now() / 1000,
    });
    return fault === undefined ? undefined : invalid(700027, fault);
  }
  if (field('client_secret') !== client.secret) {
    return invalid(
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${client.clientId}'.`,
    );
  }
  if (client.secretExpired) {
    return invalid(7000222, `The provided client secret keys for app '${client.clientId}' are expired.`);
  }
  return undefined;
}

/** The names under which this server can be called. */
function aliases(origin: string): string[] {
  const { port } = new URL(origin);
  return ['localhost', '127.0.0.1', 'org.crm.localhost'].map(
    (host) => `https://${host}${port === '' ? '' : `:${port}`}`,
  );
}

const tenantNotFound = (signIn: SignIn, tenant: string, status: number): Reply =>
  refused(
    signIn,
    status,
    'invalid_request',
    90002,
    `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  );

function refused(signIn: SignIn, status: number, error: string, code: number, text: string): Reply {
  const trace = randomUUID();
  const correlation = randomUUID();
  const timestamp = `${new Date(signIn.now()).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return plainJson(status, {
    error,
    error_description: `AADSTS${code}: ${text} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: trace,
    correlation_id: correlation,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  });
}
