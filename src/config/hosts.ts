import { BlockList, isIPv4, isIPv6 } from 'node:net';

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
  if (isIPv4(host)) return privateAddresses.check(host, 'ipv4');
  // IPv4 addresses that are mapped into IPv6 are looked up as what they are.
  if (isIPv6(host)) return privateAddresses.check(host.replace(/%.*$/, ''), 'ipv6');
  return !host.includes('.') || /\.(local|localhost|internal|intranet|lan|home|corp|home\.arpa)$/.test(host);
}

/** Addresses that are not of the public internet (IANA, Special-Purpose Address Registries). */
const privateAddresses = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
  // Azure's own, behind every virtual machine ("What is IP address 168.63.129.16?").
  ['168.63.129.16', 32],
] as const) {
  privateAddresses.addSubnet(network, prefix, 'ipv4');
  // The same as networks of IPv6 alone write them (RFC 6052).
  privateAddresses.addSubnet(`64:ff9b::${network}`, 96 + prefix, 'ipv6');
}
for (const [network, prefix] of [
  // Loopback, unspecified, and IPv4 addresses in an obsolete form.
  ['::', 96],
  // IPv4 addresses in disguise: by translation (RFC 2765, 8215) and by tunnels (RFC 3056, 4380).
  ['::ffff:0:0:0', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const)
  privateAddresses.addSubnet(network, prefix, 'ipv6');
