import { randomUUID } from 'node:crypto';
import { badQuery, refusal } from './errors.ts';
import { header, type Reply, type Request } from './http.ts';

/** Operations of one batch at most. */
const mostOperations = 1000;
/** Characters of the URL of a request inside a batch. */
export const longestBatchUrl = 65_536;

/**
 * `$batch` with GET requests: answers each part in turn, and stops at the first error unless told to go on.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api
 */
export async function batchReply(
  request: Request,
  continueOnError: boolean,
  answer: (inner: Request) => Promise<Reply>,
): Promise<Reply> {
  const boundary = /boundary="?([^";]+)"?/.exec(header(request, 'content-type') ?? '')?.[1];
  if (boundary === undefined)
    throw badQuery('The content type of a batch request must be multipart/mixed with a boundary.');
  const inner = partsOf(request, boundary);
  if (inner.length > mostOperations) {
    throw refusal(
      400,
      '0x80060891',
      `The number of operations in a batch exceeds the limit of ${mostOperations}.`,
    );
  }
  const answers: string[] = [];
  for (const each of inner) {
    const reply = await answer(each);
    answers.push(partOf(reply));
    if (reply.status >= 400 && !continueOnError) break;
  }
  const own = `batchresponse_${randomUUID()}`;
  const body = `${answers.map((each) => `--${own}\r\n${each}`).join('')}--${own}--\r\n`;
  return { status: 200, headers: [['Content-Type', `multipart/mixed; boundary=${own}`]], body };
}

/** Lines must end in CR LF; a bare LF is what the service calls an unreadable stream. */
function partsOf(request: Request, boundary: string): Request[] {
  const text = request.body.toString('utf8');
  if (/(?<!\r)\n/.test(text)) {
    throw refusal(
      400,
      '0x80048d19',
      "Error identified in Payload provided by the user for Entity :''. Stream was not readable.",
    );
  }
  return text
    .split(`--${boundary}`)
    .slice(1)
    .filter((part) => !part.startsWith('--'))
    .map((part) => {
      if (/content-type:\s*multipart\/mixed/i.test(part))
        throw badQuery('Change sets hold no GET requests, and others are not simulated.');
      const match = /\r\n\r\n(GET|POST|PATCH|DELETE) (\S+) HTTP\/1\.1\r\n([\s\S]*)$/.exec(part);
      if (match === null) throw badQuery('A part of the batch is no HTTP request.');
      return innerRequest(request, match[1] ?? '', match[2] ?? '', match[3] ?? '');
    });
}

function innerRequest(request: Request, method: string, url: string, rest: string): Request {
  if (url.length > longestBatchUrl) throw badQuery('The URL of a request in the batch is too long.');
  const folder = request.path.slice(0, request.path.lastIndexOf('/') + 1);
  const target = url.startsWith('http')
    ? url.replace(/^https?:\/\/[^/]+/, '')
    : url.startsWith('/')
      ? url
      : folder + url;
  const at = target.indexOf('?');
  const headers = { ...request.headers };
  delete headers.prefer;
  for (const line of (rest.split('\r\n\r\n')[0] ?? '').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return {
    ...request,
    method,
    target,
    path: at < 0 ? target : target.slice(0, at),
    query: at < 0 ? '' : target.slice(at + 1),
    headers,
    body: Buffer.alloc(0),
    insideBatch: true,
  };
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  204: 'No Content',
  400: 'Bad Request',
  404: 'Not Found',
};

function partOf(reply: Reply): string {
  const headers = reply.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nHTTP/1.1 ${reply.status} ${reasons[reply.status] ?? 'Error'}\r\n${headers}\r\n${reply.body.toString()}\r\n`;
}
