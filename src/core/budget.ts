/**
 * A number of bytes that may be in use at once. Whoever wants more than is left waits its turn; one that wants more than
 * the whole budget is let in alone, so that a single huge page never blocks for ever.
 */
export interface Budget {
  /** Waits for the bytes; resolves with the function that gives them back (calling it again does nothing). */
  take(bytes: number): Promise<() => void>;
}

/** A budget of `total` bytes. */
export function createBudget(total: number): Budget {
  let used = 0;
  const queue: { readonly bytes: number; readonly enter: () => void }[] = [];

  const admit = (): void => {
    for (let next = queue[0]; next && (used === 0 || used + next.bytes <= total); next = queue[0]) {
      queue.shift();
      used += next.bytes;
      next.enter();
    }
  };

  return {
    take(bytes) {
      return new Promise((resolve) => {
        let held = true;
        const giveBack = (): void => {
          if (!held) return;
          held = false;
          used -= bytes;
          admit();
        };
        queue.push({ bytes, enter: () => resolve(giveBack) });
        admit();
      });
    },
  };
}
