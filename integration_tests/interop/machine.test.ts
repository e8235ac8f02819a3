import { describe, expect, it } from 'vitest';
import { connection, createDatabase } from './machine/database.ts';
import { postgres, program } from './machine/provided.ts';
import { versionOf } from './machine/python.ts';
import { testScratch } from './machine/scratch.ts';
import { tally } from './pipeline/messages.ts';
import { pipe } from './pipeline/pipe.ts';

const target = 'meltanolabs-target-postgres';

const messages = [
  {
    type: 'SCHEMA',
    stream: 'notes',
    schema: { type: 'object', properties: { id: { type: 'integer' }, text: { type: ['null', 'string'] } } },
    key_properties: ['id'],
  },
  { type: 'RECORD', stream: 'notes', record: { id: 1, text: `it's a "quote" €😀\n` } },
  { type: 'STATE', value: { bookmarks: { notes: { id: 1 } } } },
];

describe(`the harness itself, ${target} ${versionOf(target)}`, () => {
  it('pipes hand-written messages into PostgreSQL and sees both exit codes', async () => {
    const scratch = testScratch();
    const database = await createDatabase(postgres(), 'machine');
    const config = scratch.write('target.json', { ...connection(database), database: database.name });
    const lines = messages.map((message) => JSON.stringify(message)).join('\n');
    const tap = ['sh', '-c', `cat <<'END'\n${lines}\nEND\nexit 3`] as const;

    const run = await pipe(tap, [program(target, 'target-postgres'), '--config', config], scratch.folder);

    expect([run.tapExit, run.targetExit]).toEqual([3, 0]);
    expect(run.states).toEqual(['{"bookmarks": {"notes": {"id": 1}}}']);
    expect((await tally(run.messages)).get('notes')).toEqual({ schemas: 1, records: 1, deletes: 0 });
    expect(await database.rows('select id, text from melty.notes')).toEqual([
      { id: 1, text: `it's a "quote" €😀\n` },
    ]);
  });
});
