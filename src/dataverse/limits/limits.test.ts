import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../core/clock.ts';
import { type Limits, limits, type Observation } from './limits.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

const settings = {
  requestsPerSecond: 1_000,
  maxConcurrency: undefined,
  budgetPercent: 100,
  maxWaitSeconds: 1_800,
};

const seen = (changes: Partial<Observation> = {}): Observation => ({
  ok: true,
  serverTime: 0,
  headers: { 'x-ms-dop-hint': '48' },
  refusal: undefined,
  ...changes,
});

/** A service with the documented limits of one server, in virtual time. */
function service(bounds: Limits, options: { readonly takes?: number; readonly hint?: string } = {}) {
  const { takes = 1_000, hint = '48' } = options;
  const state = { underWay: 0, most: 0, ended: 0, order: [] as string[] };
  const ask = (stream: string, signal?: AbortSignal) =>
    bounds.run(
      stream,
      async () => {
        state.order.push(stream);
        state.underWay += 1;
        state.most = Math.max(state.most, state.underWay);
        await systemClock.sleep(takes);
        state.underWay -= 1;
        state.ended += 1;
        return {
          value: stream,
          observation: seen({ serverTime: takes, headers: { 'x-ms-dop-hint': hint } }),
        };
      },
      signal,
    );
  return { state, ask };
}

describe('concurrency', () => {
  it('starts modestly and grows to the hint, at most 52', async () => {
    const bounds = limits(settings, systemClock, () => {});
    const { state, ask } = service(bounds, { hint: '60', takes: 4_000 });
    for (let i = 0; i < 400; i += 1) void ask('accounts');
    await vi.advanceTimersByTimeAsync(100);
    expect(state.underWay).toBe(4);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.most).toBe(52);
  });

  it('follows a low hint', async () => {
    const bounds = limits(settings, systemClock, () => {});
    const { state, ask } = service(bounds, { hint: '3' });
    for (let i = 0; i < 100; i += 1) void ask('accounts');
    await vi.advanceTimersByTimeAsync(1_500);
    state.most = 0;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.most).toBe(3);
  });

  it('never exceeds max_concurrency', async () => {
    const bounds = limits({ ...settings, maxConcurrency: 2 }, systemClock, () => {});
    const { state, ask } = service(bounds);
    for (let i = 0; i < 40; i += 1) void ask('accounts');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(state).toMatchObject({ most: 2, ended: 40 });
  });

  it('takes only its share of the hint', async () => {
    const bounds = limits({ ...settings, budgetPercent: 25 }, systemClock, () => {});
    const { state, ask } = service(bounds, { takes: 10_000 });
    for (let i = 0; i < 400; i += 1) void ask('accounts');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.most).toBe(12);
  });
});

describe('requests per second', () => {
  it('are never exceeded in any second', async () => {
    const bounds = limits({ ...settings, requestsPerSecond: 15 }, systemClock, () => {});
    const starts: number[] = [];
    for (let i = 0; i < 100; i += 1) {
      void bounds.run('accounts', async () => {
        starts.push(Date.now());
        return { value: undefined, observation: seen() };
      });
    }
    await vi.advanceTimersByTimeAsync(20_000);
    expect(starts).toHaveLength(100);
    // And no fewer, where the service sets no limit.
    expect(starts.at(-1)).toBeLessThan(7_000);
    for (const [place, start] of starts.entries()) {
      const later = starts[place + 15];
      if (later !== undefined) expect(later - start).toBeGreaterThanOrEqual(1_000);
    }
  });

  it('may be fewer than one', async () => {
    const bounds = limits({ ...settings, requestsPerSecond: 0.5 }, systemClock, () => {});
    const { state, ask } = service(bounds, { takes: 1 });
    for (let i = 0; i < 10; i += 1) void ask('accounts');
    await vi.advanceTimersByTimeAsync(7_000);
    expect(state.ended).toBe(4);
  });
});

describe('streams', () => {
  it('take turns, however much one has waiting', async () => {
    const bounds = limits({ ...settings, maxConcurrency: 1 }, systemClock, () => {});
    const { state, ask } = service(bounds);
    for (let i = 0; i < 4; i += 1) void ask('accounts');
    for (let i = 0; i < 2; i += 1) void ask('contacts');
    void ask('leads');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(state.order).toEqual([
      'accounts',
      'contacts',
      'leads',
      'accounts',
      'contacts',
      'accounts',
      'accounts',
    ]);
  });
});

describe('a 429', () => {
  const refusal = { wait: 120_000, code: '0x80072322', reason: 'too many requests' };

  it('closes the gate for everybody, for as long as the service asks, and says so', async () => {
    const waits: string[] = [];
    const bounds = limits(settings, systemClock, (stream, seconds, reason) =>
      waits.push(`${stream} ${seconds} ${reason}`),
    );
    const { state, ask } = service(bounds);
    void bounds.run('accounts', async () => ({ value: 1, observation: seen({ ok: false, refusal }) }));
    await vi.advanceTimersByTimeAsync(100);
    void ask('accounts');
    void ask('contacts');
    await vi.advanceTimersByTimeAsync(119_000);
    expect(state.order).toEqual([]);
    expect(bounds.closedFor).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(state.order).toEqual(['accounts', 'contacts']);
    expect(waits).toEqual(['accounts 120 too many requests', 'contacts 120 too many requests']);
  });

  it('lets one request go first when its time is over; the others follow when it was let in', async () => {
    const bounds = limits(settings, systemClock, () => {});
    let refusing = 3;
    const sent: number[] = [];
    const ask = () =>
      bounds.run('accounts', async () => {
        sent.push(Math.floor(Date.now() / 1_000));
        refusing -= 1;
        const refused = refusing >= 0;
        if (!refused) await systemClock.sleep(5_000);
        return { value: 1, observation: seen({ ok: !refused, refusal: refused ? refusal : undefined }) };
      });
    void ask();
    await vi.advanceTimersByTimeAsync(100);
    for (let i = 0; i < 8; i += 1) void ask();
    await vi.advanceTimersByTimeAsync(400_000);
    // Each refusal of one that had waited adds a little; the last is let in, which shows 5 s later.
    expect(sent.slice(0, 4)).toEqual([0, 120, 242, 366]);
    expect(sent[4]).toBe(371);
    expect(sent.filter((at) => at === 371).length).toBeGreaterThan(1);
  });

  it('that lasts longer than max_wait_seconds fails all that wait for it, not one after the other', async () => {
    const bounds = limits({ ...settings, maxWaitSeconds: 300 }, systemClock, () => {});
    const sent: number[] = [];
    const ask = (stream: string) =>
      bounds.run(stream, async () => {
        sent.push(Math.floor(Date.now() / 1_000));
        return { value: stream, observation: seen({ ok: false, refusal }) };
      });
    void ask('accounts');
    await vi.advanceTimersByTimeAsync(100);
    const asked = Promise.allSettled(['accounts', 'contacts', 'leads', 'tasks'].map(ask));
    await vi.advanceTimersByTimeAsync(300_000);
    // Two went to look and were refused; what would have waited for 366 s is told at once.
    expect(sent).toEqual([0, 120, 242]);
    expect((await asked).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    await expect(asked).resolves.toMatchObject([{}, {}, { reason: { kind: 'throttled' } }, {}]);
  });

  it('halves the concurrency, once for a burst, and lets it grow again slowly', async () => {
    const bounds = limits({ ...settings, maxConcurrency: 16 }, systemClock, () => {});
    const { ask } = service(bounds);
    for (let i = 0; i < 100; i += 1) void ask('accounts');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(bounds.concurrency).toBe(16);
    for (let i = 0; i < 5; i += 1) {
      void bounds.run('accounts', async () => {
        await systemClock.sleep(500);
        return { value: 1, observation: seen({ ok: false, refusal }) };
      });
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bounds.concurrency).toBe(8);
    for (let i = 0; i < 12; i += 1) void ask('accounts');
    await vi.advanceTimersByTimeAsync(125_000);
    expect(bounds.concurrency).toBe(9);
  });
});

describe('the execution time', () => {
  it('used in 300 s stays within the budget, whatever the concurrency', async () => {
    const bounds = limits({ ...settings, maxConcurrency: 40 }, systemClock, () => {});
    const { state, ask } = service(bounds, { takes: 4_000 });
    for (let i = 0; i < 2_000; i += 1) void ask('accounts');
    const perWindow: number[] = [];
    for (let window = 0, before = 0; window < 4; window += 1, before = state.ended) {
      await vi.advanceTimersByTimeAsync(300_000);
      perWindow.push(((state.ended - before) * 4_000) / 1_200_000);
    }
    for (const used of perWindow) expect(used).toBeLessThanOrEqual(1);
    // And most of it is used: what is left is caution.
    for (const used of perWindow) expect(used).toBeGreaterThan(0.95);
  });

  it('is used by no more than budget_percent', async () => {
    const bounds = limits({ ...settings, maxConcurrency: 40, budgetPercent: 50 }, systemClock, () => {});
    const { state, ask } = service(bounds, { takes: 4_000 });
    for (let i = 0; i < 2_000; i += 1) void ask('accounts');
    await vi.advanceTimersByTimeAsync(300_000);
    expect(state.ended * 4_000).toBeLessThanOrEqual(600_000);
    expect(state.ended * 4_000).toBeGreaterThan(560_000);
  });
});

describe('what is told of waits', () => {
  it('is that the budget is used up, once a minute and stream at most', async () => {
    const waits: string[] = [];
    const bounds = limits({ ...settings, maxConcurrency: 40 }, systemClock, (stream, _, reason) =>
      waits.push(`${stream}: ${reason}`),
    );
    const { ask } = service(bounds, { takes: 4_000 });
    for (let i = 0; i < 1_000; i += 1) void ask('accounts');
    await vi.advanceTimersByTimeAsync(600_000);
    expect(new Set(waits)).toEqual(
      new Set(['accounts: the execution time that the service allows is used up']),
    );
    expect(waits.length).toBeLessThanOrEqual(10);
  });
});

describe('ending', () => {
  it('an aborted request leaves the queue at once, and nothing keeps waiting for it', async () => {
    const bounds = limits(settings, systemClock, () => {});
    const { state, ask } = service(bounds);
    void bounds.run('accounts', async () => ({
      value: 1,
      observation: seen({ ok: false, refusal: { wait: 400_000, code: '', reason: '' } }),
    }));
    await vi.advanceTimersByTimeAsync(10);
    const stop = new AbortController();
    const asked = ask('accounts', stop.signal);
    await vi.advanceTimersByTimeAsync(10);
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
    await vi.advanceTimersByTimeAsync(10);
    expect(vi.getTimerCount()).toBe(0);
    expect(state.order).toEqual([]);
  });

  it('close rejects what waits and leaves no timer', async () => {
    const bounds = limits({ ...settings, maxConcurrency: 1, requestsPerSecond: 0.1 }, systemClock, () => {});
    const { ask } = service(bounds);
    const asked = Promise.allSettled([ask('accounts'), ask('accounts'), ask('accounts')]);
    await vi.advanceTimersByTimeAsync(2_000);
    bounds.close();
    await vi.advanceTimersByTimeAsync(100);
    expect((await asked).map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(vi.getTimerCount()).toBe(0);
  });
});
