import { describe, expect, it } from 'vitest';
import { type Budget, budget } from './budget.ts';

const second = 1_000;
const window = 300 * second;

/** Requests of 10 s, one after the other from 0 on, until `budget` lets no more in; what they used, in seconds. */
function fill(time: Budget, left: (used: number) => number | undefined, until = 400): number {
  let used = 0;
  for (let now = 0; now < 200 * second && used < until * 10; now += second) {
    if (time.wait(10 * second, now) > 0) continue;
    time.started(10 * second, now)(10 * second, now + second);
    used += 10;
    const told = left(used);
    if (told !== undefined) time.remaining(told * second, now + second);
  }
  return used;
}

describe('the budget', () => {
  const cases: readonly (readonly [string, number, (used: number) => number | undefined, number, number])[] =
    [
      ['of a service that tells nothing', 1, () => undefined, 1_170, 1_176],
      ['of one server', 1, (used) => 1_200 - used, 1_170, 1_176],
      ['of a share', 0.5, (used) => 1_200 - used, 570, 576],
      ['of a small share', 0.1, (used) => 1_200 - used, 100, 108],
      ['of three servers: each counts a third', 1, (used) => 1_200 - used / 3, 1_990, 2_000],
      ['of a server that rounds up what it counted', 1, (used) => 1_200 - used - 0.01, 1_170, 1_176],
      ['beside others who have used half', 1, (used) => 600 - used, 480, 540],
      ['of an environment that allows more than is documented', 1, (used) => 1_600 - used, 1_540, 1_568],
    ];
  it.each(cases)('%s', (_, share, left, least, most) => {
    const used = fill(budget(share), left);
    expect(used).toBeGreaterThanOrEqual(least);
    expect(used).toBeLessThanOrEqual(most);
  });

  it('opens again as requests leave the window, counted from when they ended', () => {
    const time = budget(1);
    fill(time, () => undefined);
    const wait = time.wait(10 * second, 200 * second);
    expect(200 * second + wait).toBe(window + second);
  });

  it('lets one through when nothing is under way, however long it takes', () => {
    expect(budget(0.01).wait(900 * second, 0)).toBe(0);
  });

  it('is less after a refusal, for a while', () => {
    const time = budget(1);
    fill(time, () => undefined, 80);
    time.exhausted(100 * second);
    expect(time.wait(10 * second, 100 * second)).toBeGreaterThan(0);
    const later = 100 * second + 2 * window;
    time.started(1_000 * second, later)(1_000 * second, later);
    expect(time.wait(10 * second, later)).toBe(0);
  });
});
