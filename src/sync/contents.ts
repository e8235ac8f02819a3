import { isFetchedByRow } from '../catalog/select.ts';
import type { Selection, StreamColumn } from '../catalog/types.ts';
import { asConnectorError } from '../core/errors.ts';
import { memberString, memberText } from '../records/row.ts';
import type { Frame, FramedPage } from '../records/types.ts';
import type { RunOptions } from './types.ts';

/** Turns a framed page into its lines, one at a time, each with the contents of its row's files and images. */
export type WithContents = (page: FramedPage, frame: Frame) => AsyncGenerator<Buffer>;

/**
 * Reads whole files and images, one row at a time, into `"column":"<base64>"` members at the end of each row; undefined
 * where none are selected. What is larger than `max_binary_bytes` goes out as null, with a warning.
 * Source: Microsoft, "Use file column data" and "Use image column data".
 */
export function contentsReader(
  selection: Selection,
  options: RunOptions,
  signal: AbortSignal,
): WithContents | undefined {
  const { name, table } = selection.stream;
  const [key = table.key] = selection.stream.key;
  const wanted = selection.columns.filter(isFetchedByRow);
  const inline = wanted.filter(({ origin }) => origin === 'value');
  const files = wanted.filter(({ origin }) => origin === 'content');
  const most = options.settings.maxBinaryBytes;
  if (wanted.length === 0) return undefined;

  const body = async (url: string): Promise<Buffer | undefined> => {
    try {
      return (await options.client.get({ url, stream: name, signal })).body;
    } catch (thrown) {
      // No file in this row, or the row is gone meanwhile.
      if (asConnectorError(thrown).details.status === 404) return undefined;
      throw thrown;
    }
  };
  const capped = (column: StreamColumn, id: string, bytes: number, text: string): string => {
    if (bytes <= most) return text;
    options.log.log(
      'warn',
      `${name}: ${column.name} of row ${id} has ${bytes} bytes, more than max_binary_bytes (${most}); it goes out as null.`,
      name,
    );
    return 'null';
  };
  const contentsOf = async (id: string, row: Buffer): Promise<string[]> => {
    const members: string[] = [];
    if (inline.length > 0) {
      const select = inline.map(({ column }) => column.name).join(',');
      const answer = await body(`${table.setName}(${id})?$select=${select}`);
      for (const column of inline) {
        const text = (answer && memberText(answer, column.column.name)) ?? 'null';
        const value = text === 'null' ? text : capped(column, id, Math.floor((text.length - 2) * 0.75), text);
        members.push(`,"${column.name}":${value}`);
      }
    }
    for (const column of files) {
      const named = memberText(row, column.column.name) ?? 'null';
      const bytes =
        named === 'null' ? undefined : await body(`${table.setName}(${id})/${column.column.name}/$value`);
      const value = bytes ? capped(column, id, bytes.length, `"${bytes.toString('base64')}"`) : 'null';
      members.push(`,"${column.name}":${value}`);
    }
    return members;
  };

  return async function* withContents(page, { before, after }) {
    const { lines } = page;
    for (let at = 0; at < lines.length; ) {
      const end = lines.indexOf(0x0a, at) + 1;
      const members = lines.subarray(at + before.length, end - after.length);
      const object = Buffer.concat([Buffer.from('{'), members, Buffer.from('}')]);
      const contents = await contentsOf(memberString(object, key) ?? '', object);
      yield Buffer.concat([before, members, Buffer.from(contents.join('')), after]);
      at = end;
    }
  };
}
