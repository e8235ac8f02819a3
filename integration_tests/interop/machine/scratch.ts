import { onTestFinished } from 'vitest';
import { createScratch, type Scratch } from '../../support/program.ts';

/** A folder for one test; it is kept when the test fails, so that one can look at what was written. */
export function testScratch(): Scratch {
  const scratch = createScratch();
  onTestFinished(({ task }) => {
    if (task.result?.state === 'fail') console.error(`What "${task.name}" wrote is in ${scratch.folder}`);
    else scratch.close();
  });
  return scratch;
}
