import { choiceRows } from '../catalog/choices.ts';
import { optionReader } from '../dataverse/metadata/options.ts';
import { freshCheckpoint } from './checkpoint.ts';
import { done, inSlot, type ReadStream } from './stream.ts';

/** The labels of all choice columns, from metadata: read whole each time, there is nothing to go on from. */
export const readChoices: ReadStream = async (run) => {
  const { options, selection } = run;
  const names = selection.columns.map(({ name }) => name);
  await inSlot(run, async () => {
    for await (const rows of choiceRows(options.streams, optionReader(options.client))) {
      const { before, after } = options.messages.frame(run.name, options.now(), undefined);
      const lines = rows.map((row) => {
        const members = Object.entries(row).filter(([name]) => names.includes(name));
        // The frame brings the braces of the object.
        const text = JSON.stringify(Object.fromEntries(members)).slice(1, -1);
        return Buffer.concat([before, Buffer.from(text), after]);
      });
      await run.sink.rows({ lines: Buffer.concat(lines), rows: rows.length, release: () => undefined });
    }
  });
  await run.sink.running();
  await run.checkpoint({ ...freshCheckpoint('full'), complete: true });
  return done;
};
