import { asConnectorError, type ConnectorError } from '../core/errors.ts';
import { createReader, probe } from './reader.ts';
import { createSink } from './sink.ts';
import { createSlots } from './slots.ts';
import type { RunOptions } from './types.ts';

/**
 * A try of every selected stream: its first message, and with `rows` one row. No state is written: nothing was read that
 * a later run could leave out. The errors come back by stream.
 */
export async function sampleStreams(
  options: RunOptions,
  rows: boolean,
): Promise<ReadonlyMap<string, ConnectorError>> {
  const errors = new Map<string, ConnectorError>();
  const slots = createSlots(() => options.client.concurrency);
  await Promise.all(
    options.selections.map(async (selection) => {
      const { name } = selection.stream;
      await slots.acquire(options.signal, false);
      try {
        await options.output.write(options.messages.started(name, undefined));
        if (!rows) return;
        const page = await probe(createReader(selection, options, options.signal), { top: 1 });
        await createSink(name, options).rows(page);
      } catch (thrown) {
        const error = asConnectorError(thrown);
        options.log.log('error', `${name}: ${error.message}`, name);
        errors.set(name, error);
      } finally {
        slots.release();
      }
    }),
  );
  return errors;
}
