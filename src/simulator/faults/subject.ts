import { parsePreferences } from '../answers/preferences.ts';
import { header, type Request } from '../http.ts';
import { readCookie } from '../query/cookie.ts';
import { parseOptions } from '../query/options.ts';
import type { World } from '../world.ts';
import type { Subject } from './types.ts';

export function subjectOf(world: World, request: Request): Subject {
  const api = /^\/api\/data\/v9\.\d\/?([^/(?]*)/.exec(request.path);
  if (api === null) {
    const token = /\/oauth2\/(v2\.0\/)?token$/.test(request.path);
    return { names: token ? ['token', 'sign_in'] : ['sign_in'], page: 1, pageSize: 0 };
  }
  const segment = unescaped(api[1] ?? '');
  const table = world.schema.bySet(segment);
  return {
    names: [segment, ...(table === undefined ? [] : [table.logicalName]), '*'],
    page: pageOf(request),
    pageSize: Math.min(parsePreferences(header(request, 'prefer')).pageSize ?? 5000, topOf(request)),
  };
}

function topOf(request: Request): number {
  const top = /[?&]\$top=(\d+)/.exec(request.target)?.[1];
  return top === undefined ? Number.POSITIVE_INFINITY : Number(top);
}

function pageOf(request: Request): number {
  try {
    const token = parseOptions(request.query).get('$skiptoken');
    return token === undefined ? 1 : readCookie(token).page;
  } catch {
    // The query is refused later, in its own words.
    return 1;
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
