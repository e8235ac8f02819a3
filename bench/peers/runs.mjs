// Running a program of the comparison: discovery, a catalog that selects tables, reads.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureCommand } from '../harness/measure.mjs';

/**
 * Discovers, and selects tables.
 *
 * @param {import('./programs.mjs').Program} program
 * @param {object} simulator as startSimulator gives it
 * @param {{ tables: readonly { table: string, set: string }[], full: boolean }} what
 */
export async function prepare(program, simulator, { tables, full }) {
  const config = simulator.file(program.settings(simulator.ready));
  const found = join(simulator.folder, 'discovered.json');
  await run(program, simulator, [...program.discover, '--config', config], found);
  const streams = streamsIn(program.protocol, readFileSync(found, 'utf8'));
  const wanted = tables.map(program.streamOf);
  const selected = streams.filter((stream) => wanted.includes(nameOf(stream)));
  const catalog = simulator.file({
    streams: selected.map((stream) => select[program.protocol](stream, full)),
  });
  return {
    found: streams.map(nameOf),
    selected: selected.map(nameOf),
    /** Columns that a stream's schema declares. */
    declared: (name) => {
      const stream = selected.find((each) => nameOf(each) === name);
      return new Set(Object.keys((stream.schema ?? stream.json_schema).properties));
    },
    /** Reads once. `output`: a file for it, thrown away by default; `state`: what a run before left. */
    read: (output, state) =>
      run(
        program,
        simulator,
        [
          ...program.read,
          ...['--config', config, '--catalog', catalog],
          ...(state === undefined ? [] : ['--state', simulator.file(state)]),
        ],
        output,
      ),
  };
}

function run({ command: [command, ...first], env }, simulator, words, output) {
  return measureCommand((folder) => ({
    command,
    words: [...first, ...words],
    env: { ...process.env, ...env(simulator), BENCH_USAGE: join(folder, 'usage.json') },
    output: output ?? '/dev/null',
  }));
}

const nameOf = (stream) => stream.tap_stream_id ?? stream.name;

function streamsIn(protocol, output) {
  if (protocol === 'singer') return JSON.parse(output).streams;
  const message = output.split('\n').find((line) => line.includes('"CATALOG"'));
  return JSON.parse(message).catalog.streams;
}

const select = {
  singer: (stream, full) => {
    for (const { breadcrumb, metadata } of stream.metadata) {
      metadata.selected = true;
      if (full && breadcrumb.length === 0) metadata['replication-method'] = 'FULL_TABLE';
    }
    return stream;
  },
  airbyte: (stream, full) => ({
    stream,
    sync_mode: full || !stream.supported_sync_modes.includes('incremental') ? 'full_refresh' : 'incremental',
    destination_sync_mode: 'append',
    cursor_field: stream.default_cursor_field ?? [],
    primary_key: stream.source_defined_primary_key ?? [],
  }),
};
