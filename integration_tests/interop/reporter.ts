import type { Reporter, TestCase, TestModule } from 'vitest/node';

type Row = readonly [against: string, what: string, result: string, seconds: string];

/**
 * Ends a run with one table: against which program and version, what was tried, and how it went. The names of the
 * outermost suites are the programs with their versions.
 */
export default class InteropTable implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const rows = modules.flatMap(rowsOf);
    const widths = [0, 1, 2, 3].map((column) =>
      Math.max(...[heading, ...rows].map((row) => width(row[column]))),
    );
    const line = (row: Row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd();
    const rule = widths.map((length) => '-'.repeat(length)).join('  ');
    console.log(`\n${[line(heading), rule, ...rows.map(line)].join('\n')}\n`);
  }
}

const heading: Row = ['against', 'what', 'result', 'seconds'];

function width(cell: string | undefined): number {
  return cell?.length ?? 0;
}

function rowsOf(module: TestModule): readonly Row[] {
  const rows = [...module.children.allTests()].map(rowOf);
  const broken = module.errors().length > 0 && rows.length === 0;
  return broken ? [[module.relativeModuleId, 'the file could not be loaded', 'FAILED', '']] : rows;
}

function rowOf(test: TestCase): Row {
  const [against = '', ...names] = test.fullName.split(' > ');
  const state = test.result().state;
  const seconds = ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1);
  return [against, names.join(', '), state === 'failed' ? 'FAILED' : state, seconds];
}
