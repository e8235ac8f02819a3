/** How many requests may be under way. */
export interface Growth {
  readonly limit: number;
  /** The service's recommendation (`x-ms-dop-hint`) was read. */
  hinted(recommended: number): void;
  /** A request went well. */
  succeeded(): void;
  /** The service refused a request that was sent at `sentAt`. */
  refused(sentAt: number, now: number): void;
}

/** Start with so many, whatever the hint: "start with a lower number and increase gradually" (Send parallel requests). */
const first = 4;
/** The service allows 52 or more at a time; the hint of a large environment is about as high. */
const most = 52;
/** Until the service has told. */
const unhinted = 8;

/**
 * Additive increase, multiplicative decrease, as TCP does it: one more for each success until the first refusal, then
 * one more for each round of successes; half at a refusal. Several refusals of one burst count once.
 */
export function growth(fixed: number | undefined, share: number): Growth {
  let hint = unhinted;
  let allowed = first;
  let successes = 0;
  let everRefused = false;
  let lastCut = Number.NEGATIVE_INFINITY;
  const cap = () => fixed ?? Math.max(1, Math.floor(Math.min(hint, most) * share));
  return {
    get limit() {
      return Math.min(allowed, cap());
    },
    hinted(recommended) {
      if (Number.isFinite(recommended) && recommended >= 1) hint = Math.floor(recommended);
    },
    succeeded() {
      if (allowed >= cap()) return;
      successes += 1;
      if (everRefused && successes < allowed) return;
      successes = 0;
      allowed += 1;
    },
    refused(sentAt, now) {
      everRefused = true;
      if (sentAt < lastCut) return;
      lastCut = now;
      successes = 0;
      allowed = Math.max(1, Math.floor(Math.min(allowed, cap()) / 2));
    },
  };
}
