// Prints the failed tests of vitest runs, each with its message: node .ci/failures.mjs REPORT.json...
// CI ends with this, because whoever reads only the end of a long log wants to know what failed.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Characters of a message that are shown: enough for an assertion and where it stands. */
const MESSAGE_LENGTH = 1500;

function show(place, message = '') {
  console.log(`FAILED: ${place}\n${message.slice(0, MESSAGE_LENGTH)}`);
}

for (const report of process.argv.slice(2).filter((path) => existsSync(path))) {
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    const name = relative(process.cwd(), file.name);
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed) show(`${name} > ${test.fullName}`, test.failureMessages.join('\n'));
    if (file.status === 'failed' && failed.length === 0) show(name, file.message);
  }
}
