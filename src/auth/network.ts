import type { INetworkModule, NetworkRequestOptions, NetworkResponse } from '@azure/msal-node';
import type { Dispatcher } from 'undici';
import { ConnectorError } from '../core/errors.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';
import { networkError } from '../core/network.ts';
import { undici } from '../core/packages.ts';
import type { Redactor } from '../core/redact.ts';

/** The last thing that went wrong on the way to the sign-in service. */
export type SignInFailure =
  | { readonly kind: 'error'; readonly error: ConnectorError }
  | {
      readonly kind: 'answer';
      readonly host: string;
      readonly status: number;
      readonly retryAfter: string | undefined;
      readonly body: JsonObject;
    };

/** msal-node's requests over our dispatcher, and what became of them: the library's own errors drop the details. */
export interface Network {
  readonly client: INetworkModule;
  failure(): SignInFailure | undefined;
  forget(): void;
}

const timeoutMilliseconds = 30_000;

/** `schemes` are those that requests may go to: a secret must not leave unencrypted, wherever the service sends us. */
export function network(
  dispatcher: Dispatcher,
  redact: Redactor,
  schemes: readonly string[] = ['https:'],
): Network {
  let failure: SignInFailure | undefined;

  async function send<T>(
    method: 'GET' | 'POST',
    url: string,
    options: NetworkRequestOptions = {},
  ): Promise<NetworkResponse<T>> {
    const { host, protocol } = new URL(url);
    const assertion = new URLSearchParams(options.body ?? '').get('client_assertion');
    if (assertion !== null) redact.add(assertion);
    try {
      if (!schemes.includes(protocol)) throw unencrypted(host);
      const answer = await undici().request(url, {
        dispatcher,
        method,
        headersTimeout: timeoutMilliseconds,
        bodyTimeout: timeoutMilliseconds,
        headers: options.headers ?? {},
        body: options.body ?? null,
      });
      const body = parse(await answer.body.text());
      const headers = Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
      );
      if (answer.statusCode >= 400) {
        failure = {
          kind: 'answer',
          host,
          status: answer.statusCode,
          retryAfter: headers['retry-after'],
          body: masked(body, redact),
        };
      }
      return { status: answer.statusCode, headers, body: body as T };
    } catch (error) {
      failure = { kind: 'error', error: networkError(error, host, 'authority_host (the login host)') };
      throw failure.error;
    }
  }

  return {
    client: {
      sendGetRequestAsync: (url, options) => send('GET', url, options),
      sendPostRequestAsync: (url, options) => send('POST', url, options),
    },
    failure: () => failure,
    forget: () => {
      failure = undefined;
    },
  };
}

function unencrypted(host: string): ConnectorError {
  const message = `The sign-in service sends us to ${host} without encryption, where nothing is sent. Check authority_host.`;
  return new ConnectorError('config', message);
}

/** The answer with secrets masked in its texts: before anything is cut off, or a part of one would be left. */
function masked(body: JsonObject, redact: Redactor): JsonObject {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? redact(value) : value]),
  );
}

/** A gateway in between may answer in HTML; that is an empty object, and the status tells the rest. */
function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value as never) ? (value as JsonObject) : {};
  } catch {
    return {};
  }
}
