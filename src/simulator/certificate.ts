import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';

/** Key and certificate of the server, and the authority that signed it, in a file for NODE_EXTRA_CA_CERTS. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly caFile: string;
  readonly remove: () => void;
}

/** Makes an authority of our own and a certificate for localhost, 127.0.0.1 and org.crm.localhost with its API twin, good for a week. */
export async function makeCertificate(): Promise<Certificate> {
  const from = new Date(Date.now() - 3_600_000);
  const dates = { notBeforeDate: from, notAfterDate: new Date(from.getTime() + 7 * 86_400_000) };
  const algorithm = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', ...dates } as const;
  const authority = await generate([{ name: 'commonName', value: 'Dataverse simulator authority' }], {
    ...algorithm,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...algorithm,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: 'org.crm.localhost' },
          { type: 2, value: 'org.api.crm.localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'dataverse-simulator-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.cert);
  return {
    key: server.private,
    cert: server.cert,
    caFile,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
