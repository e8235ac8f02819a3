import { describe, expect, it } from 'vitest';
import { createSlots } from './slots.ts';

const never = new AbortController().signal;
const settled = async (promise: Promise<void>): Promise<boolean> =>
  Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);

describe('slots', () => {
  it('admit as many as the limit says, then one for each that leaves', async () => {
    const slots = createSlots(() => 2);
    await slots.acquire(never, false);
    await slots.acquire(never, false);
    const third = slots.acquire(never, false);
    expect(await settled(third)).toBe(false);
    slots.release();
    expect(await settled(third)).toBe(true);
  });

  it('follow a limit that changes', async () => {
    let limit = 1;
    const slots = createSlots(() => limit);
    await slots.acquire(never, false);
    const second = slots.acquire(never, false);
    const third = slots.acquire(never, false);
    limit = 3;
    slots.release();
    expect([await settled(second), await settled(third)]).toEqual([true, true]);
  });

  it('let streams that were begun go before those that were not', async () => {
    const slots = createSlots(() => 1);
    const order: string[] = [];
    await slots.acquire(never, false);
    const waiting = [
      slots.acquire(never, false).then(() => order.push('new')),
      slots.acquire(never, true).then(() => order.push('begun')),
    ];
    slots.release();
    await waiting[1];
    slots.release();
    await waiting[0];
    expect(order).toEqual(['begun', 'new']);
  });

  it('give nothing to a worker that only speeds up while somebody waits', async () => {
    const slots = createSlots(() => 1);
    expect(slots.tryAcquire()).toBe(true);
    expect(slots.tryAcquire()).toBe(false);
    const waiting = slots.acquire(never, false);
    slots.release();
    await waiting;
    expect(slots.tryAcquire()).toBe(false);
  });

  it('forget those that gave up waiting', async () => {
    const slots = createSlots(() => 1);
    await slots.acquire(never, false);
    const aborter = new AbortController();
    const given = slots.acquire(aborter.signal, false);
    const next = slots.acquire(never, false);
    aborter.abort(new Error('stopped'));
    await expect(given).rejects.toThrow('stopped');
    slots.release();
    expect(await settled(next)).toBe(true);
  });

  it('always leave room for one, whatever the limit says', async () => {
    await createSlots(() => 0).acquire(never, false);
  });
});
