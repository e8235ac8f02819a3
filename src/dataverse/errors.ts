import { ConnectorError, type ErrorDetails, type ErrorKind } from '../core/errors.ts';
import { isJsonObject, type Json } from '../core/json.ts';
import { retryAfterSeconds } from '../core/retry-after.ts';
import { meanings, normaliseCode, shrinkCodes } from './codes.ts';
import { maskTokens, redactUrl } from './environment.ts';

/** An answer that is not what was asked for. `url` and `body` may hold tokens: they are redacted here. */
export interface BadAnswer {
  readonly stream: string;
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly attempt: number;
  /** Masks secrets in what the service says. Before anything is cut off, or a part of one would be left. */
  readonly redact?: (text: string) => string;
}

/** True when asking again for fewer rows a page may help: the caller shrinks the page and restarts from a known key. */
export function shrinksPage(error: ConnectorError): boolean {
  return error.details.code !== undefined && shrinkCodes.has(error.details.code);
}

/** The answer as an error: by its Dataverse code where it has one, by its status otherwise. `now` in milliseconds. */
export function answerError(answer: BadAnswer, now: number): ConnectorError {
  const { code, message } = envelope(answer.body, answer.redact ?? ((said) => said));
  const found = meaning(answer, code, message);
  const requestId = answer.headers['req_id'] ?? answer.headers['x-ms-service-request-id']?.split(',')[0];
  const retryAfter = retryAfterSeconds(answer.headers['retry-after'], now);
  const details: ErrorDetails = {
    stream: answer.stream,
    method: 'GET',
    url: redactUrl(answer.url),
    status: answer.status,
    attempt: answer.attempt,
    ...(found.code === '' ? {} : { code: found.code }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
    ...found.details,
  };
  const label = [answer.status, found.code].filter((part) => part !== '').join(', ');
  // For what users can do nothing about, Microsoft's support asks for the id.
  const support = found.kind === 'transient' || found.kind === 'protocol' ? requestId : undefined;
  const reference = support === undefined ? '' : ` Request ID: ${support}.`;
  return new ConnectorError(found.kind, `${answer.stream} (${label}): ${found.text}${reference}`, details);
}

interface Found {
  readonly kind: ErrorKind;
  readonly text: string;
  readonly code: string;
  readonly details?: ErrorDetails;
}

/** The order matters: the service uses one code for several things, and several codes and statuses for one. */
function meaning(answer: BadAnswer, code: string, message: string): Found {
  const { status, stream } = answer;
  const said = message === '' ? `the service answered ${status}.` : maskTokens(message).slice(0, 500);
  if (
    code === '0x80044352' ||
    /version stamp .* has expired/i.test(message) ||
    (status === 410 && isDelta(answer))
  ) {
    return { kind: 'expired_token', code: code || '0x80044352', text: text('0x80044352', stream) };
  }
  if (status === 429 || code === '429') {
    const known = meanings[code]?.kind === 'throttled';
    return {
      kind: 'throttled',
      code,
      text: known ? text(code, stream) : 'too many requests for the service.',
    };
  }
  const property = /Could not find a property named '([^']+)'/i.exec(message)?.[1];
  if (property !== undefined) {
    return {
      kind: 'schema',
      code,
      text: `the column ${property} does not exist (any more).`,
      details: { property },
    };
  }
  if (isUnknownTable(status, code, message)) {
    return { kind: 'not_installed', code, text: 'the table does not exist in this environment.' };
  }
  if (code === '0x80040220') return privilege(answer, message);
  if (meanings[code] !== undefined) return { kind: meanings[code].kind, code, text: text(code, stream) };
  if (status === 413) return { kind: 'transient', code: 'page_too_large', text: 'the answer is too large.' };
  return { ...byStatus(status, answer, said), code };
}

function byStatus(status: number, answer: BadAnswer, said: string): { kind: ErrorKind; text: string } {
  if (status === 401) return { kind: 'auth', text: 'the service does not accept the access token.' };
  if (status === 403) return { kind: 'permission', text: said };
  if (status === 408 || status >= 500) {
    // 501 is the service's way to refuse a query that it cannot do.
    return status === 501 ? { kind: 'protocol', text: said } : { kind: 'transient', text: said };
  }
  if (status >= 300 && status < 400) {
    const target = answer.headers['location'] ?? '';
    const origin = URL.canParse(target) ? new URL(target).origin : 'another place';
    return {
      kind: 'protocol',
      text: `the service redirects to ${origin}, which is not followed. Check environment_url.`,
    };
  }
  return { kind: 'protocol', text: said };
}

function privilege(answer: BadAnswer, message: string): Found {
  const name = /\b(prv\w+)/i.exec(message)?.[1];
  const depth = /Required Depth:\s*(\w+)/i.exec(message)?.[1];
  const details = {
    ...(name === undefined ? {} : { privilege: name }),
    ...(depth === undefined ? {} : { depth }),
  };
  const missing = name === undefined ? 'a privilege is missing' : `the privilege ${name} is missing`;
  const where =
    depth === undefined ? '' : ` at the depth that change tracking needs (${depth}: the whole organisation)`;
  return {
    kind: 'permission',
    code: '0x80040220',
    text: `${missing}${where}. Give the application user a security role with Read on ${answer.stream} for the whole organisation.`,
    details,
  };
}

function isUnknownTable(status: number, code: string, message: string): boolean {
  if (/Resource not found for the segment/i.test(message)) return true;
  if (code === '0x80041102' || /was not found in the MetadataCache/i.test(message)) return true;
  return status === 404 && code === '0x8006088a';
}

const isDelta = (answer: BadAnswer) => /deltatoken/i.test(answer.url);

const text = (code: string, stream: string) => (meanings[code]?.text ?? '').replaceAll('{table}', stream);

/** Code and message of `{"error":{"code","message"}}`; both empty for anything else, e.g. a gateway's HTML page. */
function envelope(
  body: string,
  redact: (text: string) => string,
): { readonly code: string; readonly message: string } {
  let value: Json = null;
  try {
    value = JSON.parse(body) as Json;
  } catch {
    // Front ends answer in HTML or plain text; the status says enough.
  }
  const error = isJsonObject(value) ? value['error'] : undefined;
  if (error === undefined || !isJsonObject(error)) return { code: '', message: '' };
  const { code, message } = error;
  return {
    code: typeof code === 'string' || typeof code === 'number' ? normaliseCode(redact(String(code))) : '',
    message: typeof message === 'string' ? redact(message) : '',
  };
}
