import { isIPv4, isIPv6 } from 'node:net';

/** An address that a user typed, as an origin (`https://host[:port]`, lower case) or what is wrong with it. */
export type Origin = { readonly origin: string } | { readonly wrong: string };

/** The origin of an address that people paste from a browser: scheme optional, path and slash dropped, port kept. */
export function parseOrigin(text: string): Origin {
  const trimmed = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === 'http')
    return { wrong: 'must begin with https://; http:// would send the sign-in unencrypted' };
  if (scheme !== undefined && scheme !== 'https') return { wrong: 'must begin with https://' };
  const address = scheme === undefined ? `https://${trimmed}` : trimmed;
  if (!URL.canParse(address)) return { wrong: 'is not an address' };
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') return { wrong: 'must not hold a user name or password' };
  return { origin: url.origin };
}

/**
 * True for hosts inside somebody's own network: loopback, link-local, private ranges, and names that only resolve there.
 * A hosted connector must not be talked into reaching them.
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
  if (isIPv4(host)) return isPrivateIPv4(host);
  if (isIPv6(host)) return isPrivateIPv6(host);
  return !host.includes('.') || /\.(local|localhost|internal|intranet|lan|home|corp|home\.arpa)$/.test(host);
}

function isPrivateIPv4(host: string): boolean {
  const [a = 0, b = 0] = host.split('.').map(Number);
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    a >= 224
  );
}

function isPrivateIPv6(host: string): boolean {
  const embedded = /^(?:0*:)*:?(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/.exec(host)?.[1];
  if (embedded !== undefined) return isPrivateIPv4(embedded);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  if (mapped !== null) {
    const [high = 0, low = 0] = [mapped[1], mapped[2]].map((part) => Number.parseInt(part ?? '0', 16));
    return isPrivateIPv4([high >> 8, high & 255, low >> 8, low & 255].join('.'));
  }
  return (
    host === '::' || host === '::1' || /^f[cd]/.test(host) || /^fe[89ab]/.test(host) || host.startsWith('ff')
  );
}
