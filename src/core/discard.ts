import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** Below this size the garbage collector does as well. */
const worthIt = 1 << 20;

let nowhere: MessagePort | undefined;

/**
 * Gives the memory of a buffer back at once. Nobody may use it any more: it has no bytes from then on.
 *
 * Left to the garbage collector, buffers of a page's size pile up until their sum forces it to look through the whole heap
 * (V8: 64 MB of external memory), page after page. Transferring them to a port that leads nowhere detaches and frees them
 * (HTML Standard, "StructuredSerializeWithTransfer"; docs/adr/0005-memory-of-pages.md has the figures).
 */
export function discard(buffer: Buffer): void {
  const { buffer: memory } = buffer;
  if (memory.byteLength < worthIt || !(memory instanceof ArrayBuffer)) return;
  nowhere ??= portToNowhere();
  nowhere.postMessage(undefined, [memory]);
}

function portToNowhere(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port2.close();
  port1.unref();
  return port1;
}
