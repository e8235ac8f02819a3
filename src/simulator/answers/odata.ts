import { randomUUID } from 'node:crypto';
import type { Refusal } from '../errors.ts';
import { header, type Reply, type Request } from '../http.ts';
import type { Visit } from '../limits/limits.ts';
import type { World } from '../world.ts';
import type { Preferences } from './preferences.ts';

const source = '2171541111911910715918716619124213821713';
const far = 'Mon, 01 Jan 2074 00:00:00 GMT';

/**
 * The headers of every Web API answer, with the repetitions of a live capture.
 * https://learn.microsoft.com/power-apps/developer/data-platform/webapi/use-ps-and-vscode-web-api
 */
export function serviceHeaders(world: World, visit: Visit): [string, string][] {
  const request = randomUUID();
  const cookie = `${visit.affinity}; path=/; secure; HttpOnly`;
  return [
    ['Cache-Control', 'no-cache'],
    ['Allow', 'OPTIONS,GET,HEAD,POST'],
    ['Expires', '-1'],
    ['Vary', 'Accept-Encoding'],
    ['x-ms-service-request-id', request],
    ['Set-Cookie', cookie],
    ['Set-Cookie', `ReqClientId=${randomUUID()}; expires=${far}; path=/; secure; HttpOnly`],
    ['Set-Cookie', `orgId=${world.organizationId}; expires=${far}; path=/; secure; HttpOnly`],
    ['Strict-Transport-Security', 'max-age=31536000; includeSubDomains'],
    ['REQ_ID', request],
    ['CRM.ServiceId', 'framework'],
    ['AuthActivityId', randomUUID()],
    ...visit.headers(),
    ['x-ms-service-request-id', request],
    ['Set-Cookie', cookie],
    ['OData-Version', '4.0'],
    ['X-Source', source],
    ['Public', 'OPTIONS,GET,HEAD,POST'],
    ['Set-Cookie', cookie],
    ['X-Source', source],
  ];
}

/** How much OData bookkeeping the client asked for in `Accept`. */
export function metadataLevel(request: Request): 'minimal' | 'full' | 'none' {
  const match = /odata\.metadata=(minimal|full|none)/.exec(header(request, 'accept') ?? '');
  return (match?.[1] as 'minimal' | 'full' | 'none' | undefined) ?? 'minimal';
}

export const asksNumbersAsText = (request: Request): boolean =>
  /IEEE754Compatible=true/.test(header(request, 'accept') ?? '');

export const jsonType = (level: string): [string, string] => [
  'Content-Type',
  `application/json; odata.metadata=${level}`,
];

/** A JSON answer of the Web API. */
export const answer = (body: string, level = 'minimal', headers: Reply['headers'] = []): Reply => ({
  status: 200,
  headers: [jsonType(level), ...headers],
  body,
});

/** The error envelope; with all annotations asked for it carries the platform's own members too. */
export function errorReply(error: Refusal, preferences: Preferences | undefined): Reply {
  const extra = preferences?.annotations?.includes('*')
    ? {
        '@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus': '0',
        '@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode': '2147746327',
        '@Microsoft.PowerApps.CDS.HelpLink': `http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a${error.code.slice(2)}&client=platform`,
        '@Microsoft.PowerApps.CDS.TraceText': '\r\n[Simulator]\r\n',
        '@Microsoft.PowerApps.CDS.InnerError.Message': error.message,
      }
    : {};
  return {
    status: error.status,
    headers: [jsonType('minimal'), ...Object.entries(error.headers ?? {})],
    body: JSON.stringify({ error: { code: error.code, message: error.message, ...extra } }),
  };
}

/** `Preference-Applied`, for honoured preferences only. */
export function applied(
  preferences: Preferences,
  honoured: { readonly tracking?: boolean } = {},
): [string, string][] {
  const list = [
    ...(preferences.pageSize === undefined ? [] : [`odata.maxpagesize=${preferences.pageSize}`]),
    ...(preferences.annotations === undefined
      ? []
      : [`odata.include-annotations="${preferences.annotations}"`]),
    ...(honoured.tracking ? ['odata.track-changes'] : []),
  ];
  return list.length === 0 ? [] : [['Preference-Applied', list.join(',')]];
}
