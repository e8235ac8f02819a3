/**
 * Maps with at most `width` calls under way, results in the order of the items. The first failure ends it: no further item
 * is begun, and it is thrown once the calls under way have ended.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length && !failed; index = next++) {
      const item = items[index] as T;
      results[index] = await map(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, work));
  for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
  return results;
}
