import { errorReply, serviceHeaders } from './answers/odata.ts';
import { parsePreferences } from './answers/preferences.ts';
import { batchReply, longestBatchUrl } from './batch.ts';
import type { Writer } from './control/writer.ts';
import { isRefusal, refusal } from './errors.ts';
import { replacement, signInFailure } from './faults/answers.ts';
import type { Faults } from './faults/faults.ts';
import { subjectOf } from './faults/subject.ts';
import type { Strike } from './faults/types.ts';
import { header, type Reply, type Request } from './http.ts';
import type { Visit } from './limits/limits.ts';
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
  readonly faults: Faults;
  readonly writer: Writer;
}

/** One request on its way in. */
export interface Arrival {
  readonly simulation: Simulation;
  readonly request: Request;
  /** Aborted when the answer is sent, or the client is gone. */
  readonly ended: AbortSignal;
}

/** One request on its way through the steps. */
export interface Exchange extends Arrival {
  /** Who calls. */
  readonly user: User;
  readonly visit: Visit;
  /** The fault that will damage the answer. */
  strike?: Strike;
}

/** A step answers, or lets the request pass. Refusals are thrown. */
export type Step = (exchange: Exchange) => Reply | undefined | Promise<Reply | undefined>;

/** What a Web API request passes, in order, once it is known who calls. The first answer wins. */
const steps: readonly (readonly [name: string, step: Step])[] = [
  ['stranger', ({ user }) => refuseStranger(user)],
  ['protect', protect],
  ['fail', fail],
  ['length', refuseLongUrl],
  ['batch', batch],
  ['route', answerRoute],
];

/** Answers one request, whatever happens. */
export async function handle(arrival: Arrival): Promise<Reply> {
  const { simulation, request } = arrival;
  if (!request.path.startsWith('/api/')) return signIn(arrival);
  const { world } = simulation;
  const visit = world.protection.visit(header(request, 'cookie'));
  const user = callerOf(simulation, request);
  if (user === undefined) {
    const reply = unauthorized(simulation, request);
    return { ...reply, headers: together(serviceHeaders(world, visit), reply.headers) };
  }
  const exchange: Exchange = { ...arrival, user, visit };
  const reply = await throughSteps(exchange);
  simulation.writer.after(/\/v9\.[0-2]\/(\w+)/.exec(request.path)?.[1] ?? '');
  const headers = reply.bare ? [] : serviceHeaders(world, visit);
  return { ...reply, headers: together(headers, reply.headers), strike: exchange.strike };
}

function signIn({ simulation, request }: Arrival): Reply {
  const strike = simulation.faults.strike(subjectOf(simulation.world, request));
  const failure = strike === undefined ? undefined : signInFailure(strike.fault);
  const reply = failure ?? signInReply(simulation.signIn, request);
  const missing: Reply = { status: 404, headers: [['Content-Type', 'text/plain']], body: 'Not Found' };
  return { ...(reply ?? missing), strike };
}

/** The content type stands third, as in captures of the service; what else an answer has of its own comes last. */
function together(service: Reply['headers'], own: Reply['headers']): Reply['headers'] {
  const type = own.filter(([name]) => name === 'Content-Type');
  const rest = own.filter(([name]) => name !== 'Content-Type');
  return [...service.slice(0, 2), ...type, ...service.slice(2), ...rest];
}

/** The steps that each request of a batch passes for itself. */
const innerSteps = steps.filter(([name]) => !['stranger', 'batch'].includes(name));

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

/** Service protection of the user that calls. The requests of a batch count each, but come one after the other. */
function protect({ request, user, visit, ended }: Exchange): undefined {
  visit.admit(user.clientId, request.insideBatch ? undefined : ended);
}

/** Faults that take the place of an answer do so here; others are kept until it is sent. */
function fail(exchange: Exchange): Reply | undefined {
  const { simulation, request } = exchange;
  const strike = simulation.faults.strike(subjectOf(simulation.world, request));
  if (strike === undefined) return undefined;
  exchange.strike = strike;
  if (strike.fault.kind === 'expired_token') {
    simulation.signIn.tokens.expireAll();
    return unauthorized(simulation, request);
  }
  return replacement(strike.fault);
}

/** The answer, after as long as the work takes. */
async function answerRoute({ simulation, request, user, visit }: Exchange): Promise<Reply | undefined> {
  let reply: Reply | undefined;
  try {
    reply = route(simulation.world, request, user);
  } finally {
    await visit.work(reply?.work);
  }
  return reply;
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
