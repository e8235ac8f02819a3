// What a program wrote: records, with every digit that it wrote, and the state that it left.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** Before the digits of a number, so that they are told from text. */
export const numberMark = '\u0001';

/** Parses JSON, numbers as text behind a mark: JavaScript's own parser would round them. */
export function parseExactly(json) {
  return JSON.parse(
    json.replace(
      /("(?:[^"\\]|\\.)*")|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g,
      (token, string) => string ?? `"\\u0001${token}"`,
    ),
  );
}

/** The lines of a file. */
export const linesOf = (path) => createInterface({ input: createReadStream(path), crlfDelay: Infinity });

/** How many records there are, without a look at them. */
export async function countRecords(path) {
  let count = 0;
  for await (const line of linesOf(path)) if (isRecord(line)) count += 1;
  return count;
}

const isRecord = (line) => /^\{"type": ?"RECORD"/.test(line);

/** Rows by stream, in the order they came in; a stream without rows is not there. */
export async function rowsOf(path) {
  const rows = new Map();
  for await (const line of linesOf(path)) {
    if (!isRecord(line)) continue;
    const { stream, record } = parseExactly(line);
    const name = stream ?? record.stream;
    if (!rows.has(name)) rows.set(name, []);
    rows.get(name).push(record.data ?? record);
  }
  return rows;
}

/** The state that goes into the next run: Singer's last, Airbyte's last of each stream. */
export async function stateOf(path, protocol) {
  let last;
  const streams = new Map();
  for await (const line of linesOf(path)) {
    if (!/^\{"type": ?"STATE"/.test(line)) continue;
    const message = JSON.parse(line);
    last = message.value;
    if (message.state?.type === 'STREAM') {
      streams.set(message.state.stream.stream_descriptor.name, message.state);
    }
  }
  return protocol === 'singer' ? last : [...streams.values()];
}
