/**
 * Places for workers, as many as `limit()` says at the moment. Streams come first, in the order they asked; workers that
 * only speed up a stream that is already being read get what is left over.
 */
export interface Slots {
  /**
   * Waits for a place; a stream that was begun (`begun`) goes before those that were not. Rejects with the signal's
   * reason when it is aborted before.
   */
  acquire(signal: AbortSignal, begun: boolean): Promise<void>;
  /** Takes a place that nobody waits for, if there is one. */
  tryAcquire(): boolean;
  release(): void;
}

/** Slots under a limit that may change while they are used. */
export function createSlots(limit: () => number): Slots {
  let used = 0;
  const queue: (() => void)[] = [];
  const free = (): boolean => used < Math.max(1, limit());

  const admit = (): void => {
    while (free()) {
      const next = queue.shift();
      if (!next) return;
      used += 1;
      next();
    }
  };

  return {
    acquire(signal, begun) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const enter = (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = (): void => {
          queue.splice(queue.indexOf(enter), 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', leave, { once: true });
        if (begun) queue.unshift(enter);
        else queue.push(enter);
        admit();
      });
    },
    tryAcquire() {
      if (queue.length > 0 || !free()) return false;
      used += 1;
      return true;
    },
    release() {
      used -= 1;
      admit();
    },
  };
}
