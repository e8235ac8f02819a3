import { slidingSum } from './sliding-sum.ts';

/** The server's execution time that we may use in a sliding window. Times in milliseconds. */
export interface Budget {
  /** How long from `now` until a request that will take `expected` fits; 0: at once. */
  wait(expected: number, now: number): number;
  /** A request was sent that will take `expected`. Call what comes back with what it took, when it has ended. */
  started(expected: number, now: number): (took: number, endedAt: number) => void;
  /** A server said how much of its window is left for us. */
  remaining(left: number, now: number): void;
  /** A server refused for want of execution time. */
  exhausted(now: number): void;
}

/** 20 minutes of execution time in 5 minutes, for each user and web server ("Service protection API limits"). */
const windowMilliseconds = 300_000;
const documented = 1_200_000;

/** Stays so far from the edge, or a tenth where the share is small: what is under way is only guessed. */
const margin = 0.02;
/** The same where others use the service, too: they go on while our requests are under way. */
const marginBesideOthers = 0.06;
/** What servers say is judged this often, by the one that has the least left. */
const judgeEvery = 5_000;
/** A server that has counted less than this share of its window says nothing about how many there are, */
const telling = 0.05;
/** and nothing that calls for caution before this share. */
const alarming = 0.5;
/** Servers tell hundredths of a second, and we add up milliseconds: so small a share more than we used is nobody's. */
const rounding = 0.001;
/** What a refusal has taught fades so fast with each of those times. */
const fading = 1.005;

/**
 * Estimates the use from observed durations. That is too much, since the way over the network is counted too; and the
 * documented limit holds for each web server, over several of which requests without an affinity cookie spread. So the
 * allowance follows what servers say is left: the server with the least left has counted some part of what we used; so many
 * times its window is ours. Where it has counted more than we used, others use it, and we keep to what is left. Both are
 * only believed where they hold whether the service counts a request from when it came or from when it ended. A refusal takes
 * the allowance below what was used, for a while.
 */
export function budget(share: number): Budget {
  let total = documented;
  /** What servers led us to believe. */
  let estimate = within(share);
  let refused = { allowance: Number.POSITIVE_INFINITY, at: 0 };
  let judgedAt = 0;
  let least = { left: Number.POSITIVE_INFINITY, room: estimate };
  /** Requests that have not ended, and what they will take as expected. */
  let underWay = 0;
  let guessed = 0;
  /** What ended within the window; of that, what was also sent within it. */
  const endings = slidingSum(windowMilliseconds);
  const whole = slidingSum(windowMilliseconds);

  /** A request counts until a window after its end: the service counts it from when it came or from when it ended. */
  function used(now: number): number {
    return guessed + endings.at(now);
  }

  /** So much of one server's window, with its margin. */
  function within(part: number): number {
    return total * (part - Math.min(margin, part / 10));
  }

  function allowance(now: number): number {
    const taught = refused.allowance * fading ** ((now - refused.at) / judgeEvery);
    return Math.max(documented * share * 0.25, Math.min(estimate, taught));
  }

  /** What we may use where a server has counted so much. */
  function roomAt(counted: number, now: number): number {
    const most = endings.at(now);
    if (counted > most + total * rounding) {
      const left = total - counted;
      return Math.min(most + left - total * marginBesideOthers, within(share));
    }
    const surely = whole.at(now);
    return counted <= surely ? (surely / Math.max(1, counted)) * within(share) : estimate;
  }

  return {
    wait(expected, now) {
      const excess = used(now) + expected - allowance(now);
      if (excess <= 0) return 0;
      // One at a time is always allowed, and what is under way is looked at again when it ends.
      if (underWay > 0 && excess > endings.at(now)) return windowMilliseconds;
      return endings.without(excess, now) - now;
    },
    started(expected, now) {
      underWay += 1;
      guessed += expected;
      return (took, endedAt) => {
        underWay -= 1;
        guessed = underWay === 0 ? 0 : guessed - expected;
        endings.add(took, endedAt);
        whole.add(took, now);
      };
    },
    remaining(left, now) {
      // An environment may allow more than is documented.
      total = Math.max(total, left);
      if (left < least.left) {
        least = { left, room: roomAt(total - left, now) };
      }
      if (now - judgedAt < judgeEvery) return;
      judgedAt = now;
      const counted = (total - least.left) / total;
      if (least.room < estimate && counted > alarming) estimate = least.room;
      if (least.room > estimate && counted > telling) estimate += (least.room - estimate) / 2;
      least = { left: Number.POSITIVE_INFINITY, room: estimate };
    },
    exhausted(now) {
      refused = { allowance: Math.min(allowance(now), used(now)) * 0.95, at: now };
    },
  };
}
