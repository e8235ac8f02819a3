import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { networkError } from '../core/network.ts';
import { createDispatcher } from './dispatcher.ts';
import { json, type TestServer, testServer } from './server.testing.ts';

let server: TestServer;
let proxy: Server;
let tunnels: string[];
beforeEach(async () => {
  server = await testServer();
  server.answer(json(200, {}));
  tunnels = [];
  proxy = createServer().on('connect', (request, client) => {
    tunnels.push(request.url ?? '');
    const port = Number(new URL(server.origin).port);
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await server.close();
});

const proxyUrl = () => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
const get = (origin: string) => ({ origin, path: '/', method: 'GET' }) as const;

describe('the way out', () => {
  it('leads through the proxy that HTTPS_PROXY names', async () => {
    const dispatcher = createDispatcher({ HTTPS_PROXY: proxyUrl() });
    // The tunnel was made; that the certificate is not trusted shows that it is checked end to end.
    const error = await dispatcher.request(get('https://contoso.example')).catch((thrown: unknown) => thrown);
    expect(tunnels).toEqual(['contoso.example:443']);
    expect(networkError(error, 'contoso.example', 'x').message).toContain('NODE_EXTRA_CA_CERTS');
    await dispatcher.destroy();
  });

  it('leads past it for the hosts that NO_PROXY names', async () => {
    const dispatcher = createDispatcher({ https_proxy: proxyUrl(), no_proxy: '127.0.0.1' });
    await dispatcher.request(get(server.origin)).catch(() => undefined);
    expect(tunnels).toEqual([]);
    await dispatcher.destroy();
  });

  it('takes the address of the proxy as curl does', async () => {
    const dispatcher = createDispatcher({ HTTPS_PROXY: proxyUrl().replace('http://', 'user:word@') });
    await dispatcher.request(get('https://contoso.example')).catch(() => undefined);
    expect(tunnels).toEqual(['contoso.example:443']);
    await dispatcher.destroy();
  });

  it.each(['socks5://user:passw0rd@proxy:1080', 'http://user:passw0rd@proxy:port'])(
    'says what a proxy must look like, and no password: %s',
    (HTTPS_PROXY) => {
      let error: unknown;
      try {
        createDispatcher({ HTTPS_PROXY });
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ kind: 'config', message: expect.stringContaining('http://host:port') });
      expect(inspect(error)).not.toContain('passw0rd');
    },
  );

  it('does not lead to a private address when hosted, through a proxy or not', async () => {
    for (const proxied of [{}, { HTTPS_PROXY: proxyUrl() }]) {
      const dispatcher = createDispatcher({ DEPLOYMENT_MODE: 'cloud', ...proxied });
      for (const origin of [
        server.origin,
        'https://[::1]:1',
        'https://2130706433',
        'https://169.254.169.254',
      ]) {
        const error = await dispatcher.request(get(origin)).catch((thrown: unknown) => thrown);
        expect(networkError(error, 'x', 'x')).toMatchObject({
          kind: 'config',
          message: expect.stringContaining('private network'),
        });
      }
      await dispatcher.destroy();
    }
    expect([tunnels, server.seen]).toEqual([[], []]);
  });

  it('does not lead into a private network when hosted, whatever the name', async () => {
    const { port } = new URL(server.origin);
    for (const mode of ['cloud', 'CLOUD', 'OSS']) {
      const dispatcher = createDispatcher({ DEPLOYMENT_MODE: mode });
      const error = await dispatcher
        .request(get(`https://localhost:${port}`))
        .catch((thrown: unknown) => thrown);
      expect(networkError(error, 'localhost', 'x').message).toContain(
        mode === 'OSS' ? 'NODE_EXTRA_CA_CERTS' : 'private network',
      );
      await dispatcher.destroy();
    }
    expect(server.seen).toHaveLength(0);
  });
});
