// Prints `PASSED FAILED` of a vitest run: node .ci/figures.mjs REPORT.json EXIT_CODE
// A file that could not be loaded counts as one failure, and so does a run that failed without saying where.
import { existsSync, readFileSync } from 'node:fs';

const [report, exit] = process.argv.slice(2);

function figures() {
  if (!existsSync(report)) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

const { passed, failed } = figures();
console.log(passed, failed === 0 && exit !== '0' ? 1 : failed);
