import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder for one test; it is kept when the test fails, so that one can look at what was written. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'interop-'));
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') console.error(`What the test "${task.name}" wrote is in ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
