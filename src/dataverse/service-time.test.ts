import { describe, expect, it } from 'vitest';
import { testClock } from '../core/clock.testing.ts';
import { serviceTime } from './service-time.ts';

describe('the time of the service', () => {
  it.each([3_600_000, -3_600_000])('is known from its answers, however wrong our clock is: %d', (wrong) => {
    const clock = testClock();
    const time = serviceTime(clock);
    time.note(new Date(clock.now() - wrong).toUTCString());
    expect(Math.abs(time.now() + wrong - clock.now())).toBeLessThanOrEqual(1000);
  });

  it('is that of the answer which was on its way for the shortest time, never later', () => {
    const clock = testClock();
    const time = serviceTime(clock);
    const at = Math.ceil(clock.now() / 1000) * 1000;
    for (const late of [9000, 2000, 5000]) time.note(new Date(at - late).toUTCString());
    expect(time.now()).toBe(at - 2000);
  });

  it('is ours where no answer tells', () => {
    const clock = testClock();
    const time = serviceTime(clock);
    time.note(undefined);
    time.note('yesterday');
    expect(time.now()).toBe(clock.now());
  });
});
