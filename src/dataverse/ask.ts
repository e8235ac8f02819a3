import { ConnectorError } from '../core/errors.ts';
import { isJsonObject, type Json } from '../core/json.ts';
import type { Client, Request } from './types.ts';

/** A request for a small JSON document. */
export type Question = Pick<Request, 'url' | 'stream' | 'prefer' | 'signal'>;

/** A small JSON document of the service, parsed. Not for rows: numbers lose digits. */
export async function ask(client: Client, question: Question): Promise<Json> {
  const { body, release } = await client.get(question);
  try {
    return JSON.parse(body.toString()) as Json;
  } catch (cause) {
    throw new ConnectorError('protocol', `${question.stream}: the service answered with what is no JSON.`, {
      cause,
    });
  } finally {
    release();
  }
}

/** The same, of what the user may not be allowed to know or the environment may not have: undefined then. */
export async function askIfAllowed(client: Client, question: Question): Promise<Json | undefined> {
  try {
    return await ask(client, question);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    if (['permission', 'schema', 'protocol', 'not_installed'].includes(error.kind)) return undefined;
    throw error;
  }
}

/** Who the service takes us for. */
export interface WhoAmI {
  readonly UserId: string;
  readonly OrganizationId: string;
}

/** Asks the service who we are: the first request that shows whether the app is a user of the environment. */
export async function whoAmI(client: Client): Promise<WhoAmI> {
  const answer = await ask(client, { url: 'WhoAmI', stream: 'WhoAmI' });
  const { UserId, OrganizationId } = isJsonObject(answer) ? answer : {};
  if (typeof UserId === 'string' && typeof OrganizationId === 'string') return { UserId, OrganizationId };
  throw new ConnectorError(
    'protocol',
    'The service did not say who we are (WhoAmI). Is environment_url the address of a Dataverse environment?',
  );
}
