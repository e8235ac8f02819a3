import { refusal } from '../errors.ts';
import { plainJson, type Reply } from '../http.ts';
import type { Fault } from './types.ts';

/** What the front end says when the service behind it does not answer. */
const gatewayTitles = {
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Time-out',
} as const;

/** A page of the front end: HTML, and nothing that tells when to come back. */
function gatewayPage(status: 502 | 503 | 504): Reply {
  const title = `${status} ${gatewayTitles[status]}`;
  return {
    status,
    bare: true,
    headers: [
      ['Content-Type', 'text/html'],
      ['Server', 'Microsoft-Azure-Application-Gateway/v2'],
      ['Connection', 'close'],
    ],
    body: `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n`,
  };
}

const codes: Readonly<Record<number, readonly [code: string, message: string]>> = {
  429: ['0x80072322', 'Number of requests exceeded the limit of 6000 over time window of 300 seconds.'],
  500: ['0x80040216', 'An unexpected error occurred.'],
  503: ['0x80040216', 'The service is unavailable.'],
};

/** The answer of faults that take the place of the real one; undefined for faults that damage it on its way. */
export function replacement(fault: Fault): Reply | undefined {
  switch (fault.kind) {
    case 'status': {
      const [code, message] = codes[fault.status] ?? ['0x80040216', 'An error occurred.'];
      throw refusal(
        fault.status,
        fault.code ?? code,
        fault.message ?? message,
        fault.retryAfter === undefined ? undefined : { 'Retry-After': String(fault.retryAfter) },
      );
    }
    case 'gateway_page':
      return gatewayPage(fault.status ?? 503);
    default:
      return undefined;
  }
}

/** As `replacement`, in the words of the sign-in service. */
export function signInFailure(fault: Fault): Reply | undefined {
  if (fault.kind === 'gateway_page') return gatewayPage(fault.status ?? 503);
  if (fault.kind !== 'status') return undefined;
  const text =
    fault.message ?? 'AADSTS90033: A transient error has occurred. Please try again after some time.';
  const number = /AADSTS(\d+)/.exec(text)?.[1];
  const body = {
    error: fault.code ?? 'temporarily_unavailable',
    error_description: text,
    error_codes: number === undefined ? [] : [Number(number)],
  };
  const headers: Reply['headers'] =
    fault.retryAfter === undefined ? [] : [['Retry-After', String(fault.retryAfter)]];
  return plainJson(fault.status, body, headers);
}
