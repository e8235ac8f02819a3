/** One of Microsoft's clouds: its environments' domain and where they sign in. */
interface Cloud {
  readonly name: string;
  /** Matches the environment's host. */
  readonly host: RegExp;
  readonly login: string;
}

/**
 * Sources: "Datacenter regions" and "Power Apps US Government" in the Power Platform documentation. GCC (crm9) signs in
 * at the public Entra ID, unlike the other government clouds.
 */
const clouds: readonly Cloud[] = [
  {
    name: 'commercial and GCC',
    host: /\.crm\d*\.dynamics\.com$/,
    login: 'https://login.microsoftonline.com',
  },
  { name: 'GCC High', host: /\.crm\.microsoftdynamics\.us$/, login: 'https://login.microsoftonline.us' },
  { name: 'DoD', host: /\.crm\.appsplatform\.us$/, login: 'https://login.microsoftonline.us' },
  { name: 'China', host: /\.crm\.dynamics\.cn$/, login: 'https://login.partner.microsoftonline.cn' },
];

/** Origin of the login host for an environment; undefined when the host belongs to no known cloud. */
export function loginOrigin(environmentHost: string): string | undefined {
  return cloudOf(environmentHost)?.login;
}

/**
 * The environment's own host: the Web API also answers at `{org}.api.crm…`, but tokens and links are for `{org}.crm…`.
 */
export function withoutApi(environmentHost: string): string {
  const host = environmentHost.replace(/^([^.]+)\.api\./, '$1.');
  return cloudOf(host) === undefined ? environmentHost : host;
}

/** The other host under which the same environment answers: `org.api.crm4.dynamics.com`. */
export function apiTwin(environmentHost: string): string {
  return environmentHost.replace('.', '.api.');
}

function cloudOf(host: string): Cloud | undefined {
  return clouds.find((cloud) => cloud.host.test(host));
}
