/** Things waiting, by stream. Streams take turns, so that a large table does not keep the others waiting. */
export interface Turns<T> {
  readonly size: number;
  streams(): Iterable<string>;
  add(stream: string, item: T): void;
  /** The first item of the stream whose turn it is. */
  next(): T | undefined;
  remove(stream: string, item: T): void;
}

export function turns<T>(): Turns<T> {
  // A Map keeps its insertion order: the stream that was served goes to the end.
  const waiting = new Map<string, T[]>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    streams: () => waiting.keys(),
    add(stream, item) {
      const items = waiting.get(stream);
      if (items === undefined) waiting.set(stream, [item]);
      else items.push(item);
      size += 1;
    },
    next() {
      for (const [stream, items] of waiting) {
        waiting.delete(stream);
        const item = items.shift();
        if (items.length > 0) waiting.set(stream, items);
        if (item !== undefined) size -= 1;
        return item;
      }
      return undefined;
    },
    remove(stream, item) {
      const items = waiting.get(stream);
      const place = items?.indexOf(item) ?? -1;
      if (items === undefined || place === -1) return;
      items.splice(place, 1);
      if (items.length === 0) waiting.delete(stream);
      size -= 1;
    },
  };
}
