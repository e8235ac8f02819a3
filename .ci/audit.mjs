// Reads `npm audit --json` from stdin: fails on known vulnerabilities of what we ship, and says when nobody answered.
import { text } from 'node:stream/consumers';

const answer = await text(process.stdin);
const report = JSON.parse(answer || '{}');
const counts = report.metadata?.vulnerabilities;
if (counts === undefined) {
  console.log(
    `The registry gives no advisories (${report.message ?? report.error?.summary ?? 'no answer'}); not checked.`,
  );
} else {
  console.log(`Known vulnerabilities in what is shipped: ${counts.total}`);
  for (const [name, { severity }] of Object.entries(report.vulnerabilities))
    console.log(`  ${severity}: ${name}`);
  if (counts.total > 0) process.exitCode = 1;
}
