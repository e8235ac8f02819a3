import type { Clock } from '../../core/clock.ts';
import type { Observation, Observed } from './limits.ts';

/** How the modelled service behaves. Times in milliseconds. */
export interface ServiceModel {
  readonly servers: number;
  /** What a page costs, as the service counts it. */
  readonly execution: () => number;
  /** What the way over the network adds to it, as we see it. */
  readonly network: number;
  readonly hint: number;
  /** Whether it tells what is left (`x-ms-ratelimit-…`). */
  readonly tells: boolean;
}

/**
 * A model of the service protection limits, apart from the simulator's: per server and in sliding windows of 300 s,
 * 6,000 requests, 1,200 s of execution time, 52 requests at a time; Retry-After grows while somebody keeps sending.
 */
export function modelService(model: ServiceModel, clock: Clock) {
  const window = 300_000;
  const servers = Array.from({ length: model.servers }, () => ({
    spent: [] as { at: number; took: number }[],
    used: 0,
    underWay: 0,
    closedUntil: 0,
    penalties: 0,
  }));
  const tally = { answered: 0, refused: 0, executed: 0 };
  let turn = 0;

  async function request(): Promise<Observed<boolean>> {
    turn += 1;
    const server = servers[turn % servers.length];
    if (server === undefined) throw new Error('no server');
    const arrived = clock.now();
    for (
      let first = server.spent[0];
      first !== undefined && first.at <= arrived - window;
      first = server.spent[0]
    ) {
      server.used -= first.took;
      server.spent.shift();
    }
    const code = refusal(server, arrived);
    if (code !== undefined) {
      server.penalties += 1;
      const oldest = server.spent[0]?.at ?? arrived;
      const wait =
        code === '0x80072326'
          ? 2_000
          : Math.max(oldest + window - arrived, 1_000) + 10_000 * server.penalties;
      server.closedUntil = arrived + wait;
      tally.refused += 1;
      const observation: Observation = {
        ok: false,
        serverTime: 0,
        headers: {},
        refusal: { wait, code, reason: code },
      };
      return { value: false, observation };
    }
    server.penalties = 0;
    const took = model.execution();
    server.underWay += 1;
    await clock.sleep(took + model.network);
    server.underWay -= 1;
    server.spent.push({ at: clock.now(), took });
    tally.answered += 1;
    tally.executed += took;
    server.used += took;
    const left = (1_200_000 - server.used) / 1_000;
    const headers: Record<string, string> = { 'x-ms-dop-hint': String(model.hint) };
    if (model.tells) headers['x-ms-ratelimit-time-remaining-xrm-requests'] = left.toLocaleString('en-US');
    return {
      value: true,
      observation: { ok: true, serverTime: took + model.network, headers, refusal: undefined },
    };
  }

  function refusal(server: (typeof servers)[number], now: number): string | undefined {
    if (now < server.closedUntil) return '0x80072321';
    if (server.spent.length >= 6_000) return '0x80072322';
    if (server.used > 1_200_000) return '0x80072321';
    return server.underWay >= 52 ? '0x80072326' : undefined;
  }

  return { request, tally };
}
