// (f) The parts by themselves: discovery and its parser, the record path. Each is a program of its own here.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const title = 'The parts by themselves';

const parts = ['csdl', 'discovery', 'records'];

export async function run({ tell }) {
  const rows = [];
  for (const part of parts) {
    const program = join(import.meta.dirname, '..', `${part}.mjs`);
    if (!existsSync(program)) continue;
    tell(part);
    const { status, stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    console.log(`--- ${part}\n${stdout}`);
    rows.push([part, status === 0 ? 'holds' : 'MISSED', stdout]);
  }
  return { header: ['part', 'bars'], rows: rows.map(([part, bars]) => [part, bars]), figures: rows };
}
