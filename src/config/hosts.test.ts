import { describe, expect, it } from 'vitest';
import { isPrivateHost, parseOrigin } from './hosts.ts';

describe('an address that a user typed', () => {
  const cases = [
    ['contoso.crm.dynamics.com', { origin: 'https://contoso.crm.dynamics.com' }],
    ['https://contoso.crm.dynamics.com:8443/', { origin: 'https://contoso.crm.dynamics.com:8443' }],
    ['http://contoso.crm.dynamics.com', { wrong: expect.stringContaining('unencrypted') }],
    ['ftp://contoso.crm.dynamics.com', { wrong: expect.stringContaining('https://') }],
    ['https://', { wrong: 'is not an address' }],
    ['https://user:word@contoso.crm.dynamics.com', { wrong: expect.stringContaining('user name') }],
  ] as const;
  for (const [text, expected] of cases) {
    it(text, () => expect(parseOrigin(text)).toEqual(expected));
  }
});

describe('a private host', () => {
  const hosts = {
    yes: [
      'localhost',
      'server',
      'db.internal',
      'printer.local',
      'x.localhost',
      '127.0.0.1',
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '[::1]',
      '::',
      '[fd00::1]',
      'fe80::1',
      '::ffff:10.0.0.1',
      '[::ffff:a00:1]',
      'LOCALHOST.',
      '168.63.129.16',
      '192.0.0.192',
      '255.255.255.255',
      '::7f00:1',
      '[::127.0.0.1]',
      '::ffff:0:127.0.0.1',
      '0:0:0:0:0:ffff:7f00:1',
      '64:ff9b::a9fe:a9fe',
      '64:ff9b:1::a00:1',
      '2002:7f00:1::',
      'fe80::1%eth0',
      'fec0::1',
      'fd00:ec2::254',
    ],
    no: [
      'contoso.crm.dynamics.com',
      'login.microsoftonline.com',
      '8.8.8.8',
      '172.32.0.1',
      '100.128.0.1',
      '2603:1010::1',
      '::ffff:8.8.8.8',
      '64:ff9b::8.8.8.8',
    ],
  };
  for (const host of hosts.yes) it(`${host} is one`, () => expect(isPrivateHost(host)).toBe(true));
  for (const host of hosts.no) it(`${host} is none`, () => expect(isPrivateHost(host)).toBe(false));
});
