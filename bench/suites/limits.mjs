// (g) Reading under the service protection limits: the read command against the simulator with its documented limits, both in one
// virtual time, so that what is measured is how long the connector lets the service work, not how fast this machine is.
// Bars: 90 % of what the execution budget allows, at most 1 % of the requests answered 429.
import '../harness/typescript.mjs';
import { count } from '../harness/figures.mjs';

export const title = 'Under the service protection limits';

const size = { tables: 20, rows: 200_000, pageSize: 5_000 };
/** Seconds that a page takes: about what the simulator's cost model says of 112 columns. */
const average = 3.5;

/** `least` and `refused` are bars; without them a scenario is only reported. */
const scenarios = [
  { name: 'documented limits', conditions: {}, least: 0.9, refused: 0.01 },
  { name: 'a hint of 8', conditions: { limits: { dopHint: 8 } }, least: 0.9, refused: 0.01 },
  {
    name: 'three servers',
    conditions: { limits: { servers: 3 }, average: 9 },
    refused: 0.01,
  },
  {
    name: 'budget_percent 50',
    conditions: { config: { budgetPercent: 50 } },
    refused: 0.01,
    mostExecuted: 600,
  },
  { name: 'two requests of others at work all the time', conditions: { others: 2 } },
];

export async function run({ tell }) {
  const { limited } = await import('../../integration_tests/support/limited.ts');
  const environment = await limited(size);
  const figures = {};
  try {
    for (const { name, conditions } of scenarios) {
      tell(name);
      figures[name] = await environment.read({ average, ...conditions });
      tell(lineOf(name, figures[name]).join('  '));
    }
  } finally {
    await environment.close();
  }
  return {
    note: `${size.tables} tables of ${count(size.rows)} rows, ${size.tables * (size.rows / size.pageSize)} pages of ${count(size.pageSize)} rows that take ${average} s on average (9 s with three servers), from a quarter to twice as much`,
    header: [
      'under',
      'least time',
      'took',
      'ceiling',
      'figure',
      'share',
      'requests',
      '429',
      '429 share',
      'most in 300 s',
    ],
    rows: scenarios.map(({ name }) => lineOf(name, figures[name])),
    bars: scenarios.flatMap((scenario) => barsOf(scenario, figures[scenario.name])),
    figures,
  };
}

function lineOf(name, { rows, ceiling, took, requests, refused, mostExecuted }) {
  return [
    name,
    `${ceiling.toFixed(0)} s`,
    `${took.toFixed(0)} s`,
    `${count(rows / ceiling)} rows/s`,
    `${count(rows / took)} rows/s`,
    percent(ceiling / took),
    count(requests),
    count(refused),
    percent(refused / requests),
    `${mostExecuted.toFixed(0)} s`,
  ];
}

function barsOf({ name, least, refused, mostExecuted }, read) {
  const all = size.tables * size.rows;
  return [
    { what: `${name}: rows that are missing`, value: all - Math.min(read.rows, all), most: 0 },
    least && {
      what: `${name}: share of the ceiling`,
      value: (100 * read.ceiling) / read.took,
      least: 100 * least,
      unit: ' %',
    },
    refused && {
      what: `${name}: requests answered 429`,
      value: (100 * read.refused) / read.requests,
      most: 100 * refused,
      unit: ' %',
    },
    mostExecuted && {
      what: `${name}: execution time in 300 s`,
      value: read.mostExecuted,
      most: mostExecuted,
      unit: ' s',
    },
  ].filter(Boolean);
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;
