import { setTimeout as sleep } from 'node:timers/promises';
import { errorReply, serviceHeaders } from './answers/odata.ts';
import { parsePreferences } from './answers/preferences.ts';
import { batchReply, longestBatchUrl } from './batch.ts';
import { isRefusal, refusal } from './errors.ts';
import { header, type Reply, type Request } from './http.ts';
import type { RequestLog } from './request-log.ts';
import { route } from './routes.ts';
import type { SignIn } from './sign-in/routes.ts';
import { signInReply } from './sign-in/routes.ts';
import { refuseStranger, type User } from './users.ts';
import type { World } from './world.ts';

/** Everything a running simulator consists of, apart from its sockets. */
export interface Simulation {
  readonly world: World;
  readonly signIn: SignIn;
  readonly log: RequestLog;
}

/** One request on its way through the steps. */
export interface Exchange {
  readonly simulation: Simulation;
  readonly request: Request;
  /** Who calls. */
  readonly user: User;
}

/** A step answers, or lets the request pass. Refusals are thrown. */
export type Step = (exchange: Exchange) => Reply | undefined | Promise<Reply | undefined>;

/** What a Web API request passes, in order, once it is known who calls. The first answer wins. */
const steps: readonly (readonly [name: string, step: Step])[] = [
  ['latency', latency],
  ['stranger', ({ user }) => refuseStranger(user)],
  ['length', refuseLongUrl],
  ['batch', batch],
  ['route', ({ simulation, request, user }) => route(simulation.world, request, user)],
];

/** Answers one request, whatever happens. */
export async function handle(simulation: Simulation, request: Request): Promise<Reply> {
  if (!request.path.startsWith('/api/')) {
    const reply = signInReply(simulation.signIn, request);
    return reply ?? { status: 404, headers: [['Content-Type', 'text/plain']], body: 'Not Found' };
  }
  const user = callerOf(simulation, request);
  const reply =
    user === undefined
      ? unauthorized(simulation, request)
      : await throughSteps({ simulation, request, user });
  return { ...reply, headers: [...serviceHeaders(simulation.world), ...reply.headers] };
}

/** The steps that each request of a batch passes for itself. */
const innerSteps = steps.filter(([name]) => !['latency', 'stranger', 'batch'].includes(name));

async function throughSteps(exchange: Exchange, list = steps): Promise<Reply> {
  const preferences = parsePreferences(header(exchange.request, 'prefer'));
  try {
    for (const [, step] of list) {
      const reply = await step(exchange);
      if (reply !== undefined) return reply;
    }
    throw refusal(
      404,
      '',
      `No HTTP resource was found that matches the request URI '${exchange.request.target}'.`,
    );
  } catch (error) {
    if (isRefusal(error)) return errorReply(error, preferences);
    console.error('dataverse-simulator: a request failed', exchange.request.target, error);
    return errorReply(refusal(500, '0x80040216', 'An unexpected error occurred.'), preferences);
  }
}

async function latency({ simulation }: Exchange): Promise<undefined> {
  const milliseconds = simulation.world.options.latency ?? 0;
  if (milliseconds > 0) await sleep(milliseconds);
}

/** The user behind the bearer token; undefined without a good one. */
function callerOf({ signIn }: Simulation, request: Request): User | undefined {
  const [, token = ''] = /^Bearer (.+)$/i.exec(header(request, 'authorization') ?? '') ?? [];
  const clientId = signIn.tokens.check(token);
  return clientId === undefined ? undefined : signIn.users.byClient(clientId);
}

/** 401 in plain text, and where to get a token (values unquoted). */
function unauthorized({ signIn }: Simulation, { origin }: Request): Reply {
  const authorize = `${origin}/${signIn.tenantId}/oauth2/authorize`;
  return {
    status: 401,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['WWW-Authenticate', `Bearer authorization_uri=${authorize}, resource_id=${origin}/`],
    ],
    body: 'HTTP Error 401 - Unauthorized: Access is denied',
  };
}

/** URLs of up to 32,768 characters, 65,536 inside a batch; what a longer one gives is not documented. */
function refuseLongUrl({ simulation, request }: Exchange): undefined {
  const most = request.insideBatch ? longestBatchUrl : 32_768;
  const url = `${request.origin}${request.target}`;
  if (url.length <= most) return undefined;
  throw refusal(simulation.world.switches.longUrlStatus, '0x80060888', 'The request URI is too long.');
}

function batch(exchange: Exchange): Promise<Reply> | undefined {
  const { request } = exchange;
  if (!/^\/api\/data\/v9\.[0-2]\/\$batch$/.test(request.path) || request.method !== 'POST') return undefined;
  const preferences = parsePreferences(header(request, 'prefer'));
  return batchReply(request, preferences.continueOnError, (inner) =>
    throughSteps({ ...exchange, request: inner }, innerSteps),
  );
}
