import { describe, expect, test } from 'vitest';
import { type FakeAnswer, fakeClient } from '../dataverse/metadata/client.testing.ts';
import { optionReader } from '../dataverse/metadata/options.ts';
import { type ChoiceRow, choiceRows, choicesStream } from './choices.ts';
import { streamsOf } from './streams.ts';
import { column, table } from './table.testing.ts';

const options = {
  labels: 'none',
  lookupTypes: true,
  choicesFormat: 'string',
  columns: {},
  includeBinary: false,
} as const;

const streams = streamsOf(
  [
    table([
      column('accountid', 'guid'),
      column('industry', 'choice'),
      column('creditonhold', 'boolean'),
      column('name', 'string'),
    ]),
    table([column('contactid', 'guid')], { logicalName: 'contact', setName: 'contacts', key: 'contactid' }),
  ],
  options,
);

const label = (...labels: [string, number][]) => ({
  LocalizedLabels: labels.map(([Label, LanguageCode]) => ({ Label, LanguageCode })),
});
const industry = {
  LogicalName: 'industry',
  OptionSet: {
    Options: [
      { Value: 2, Color: '#0000ff', Label: label(['Steel', 1033], ['Stahl', 1031]) },
      { Value: 1, Color: null, Label: label(['Wood', 1033]) },
    ],
  },
};
const creditonhold = {
  LogicalName: 'creditonhold',
  OptionSet: {
    TrueOption: { Value: 1, Label: label(['Yes', 1033]) },
    FalseOption: { Value: 0, Label: label(['No', 1033]) },
  },
};
const unselected = {
  LogicalName: 'dropped',
  OptionSet: { Options: [{ Value: 9, Label: label(['x', 1033]) }] },
};

const expected: ChoiceRow[] = [
  {
    table: 'accounts',
    column: 'creditonhold',
    value: 0,
    language: 1033,
    label: 'No',
    order: 0,
    colour: null,
  },
  {
    table: 'accounts',
    column: 'creditonhold',
    value: 1,
    language: 1033,
    label: 'Yes',
    order: 1,
    colour: null,
  },
  { table: 'accounts', column: 'industry', value: 1, language: 1033, label: 'Wood', order: 1, colour: null },
  {
    table: 'accounts',
    column: 'industry',
    value: 2,
    language: 1031,
    label: 'Stahl',
    order: 0,
    colour: '#0000ff',
  },
  {
    table: 'accounts',
    column: 'industry',
    value: 2,
    language: 1033,
    label: 'Steel',
    order: 0,
    colour: '#0000ff',
  },
];

const sortKey = (row: ChoiceRow) => [row.table, row.column, row.value, row.language].join();

async function rowsFrom(answer: (url: string) => FakeAnswer): Promise<{ rows: ChoiceRow[]; urls: string[] }> {
  const { client, urls } = fakeClient('', answer);
  const rows: ChoiceRow[] = [];
  for await (const some of choiceRows(streams, optionReader(client))) rows.push(...some);
  return { rows: rows.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)), urls };
}

describe('choiceRows', () => {
  test('gives each option of each column in each language, from one query for many tables', async () => {
    const { rows, urls } = await rowsFrom(() => ({
      EntityMetadata: [{ LogicalName: 'account', Attributes: [industry, creditonhold, unselected] }],
    }));
    expect(rows).toEqual(expected);
    expect(urls).toHaveLength(1);
  });

  test('asks table by table, only for the kinds of column there are, where the query is refused', async () => {
    const { rows, urls } = await rowsFrom((url) => {
      if (url.startsWith('RetrieveMetadataChanges')) return 403;
      return { value: url.includes('.Boolean') ? [creditonhold] : [{ ...industry, GlobalOptionSet: null }] };
    });
    expect(rows).toEqual(expected);
    expect(urls.slice(1).map((url) => /CRM\.(\w+)/.exec(url)?.[1])).toEqual([
      'PicklistAttributeMetadata',
      'BooleanAttributeMetadata',
    ]);
  });

  test('finds the options of a global choice', async () => {
    const { rows } = await rowsFrom((url) => {
      if (url.startsWith('RetrieveMetadataChanges')) return 501;
      if (url.includes('.Boolean')) return { value: [] };
      return { value: [{ LogicalName: 'industry', OptionSet: null, GlobalOptionSet: industry.OptionSet }] };
    });
    expect(rows.map((row) => row.label)).toEqual(['Wood', 'Stahl', 'Steel']);
  });

  test('throws what is no refusal', async () => {
    await expect(rowsFrom(() => 503)).rejects.toMatchObject({ kind: 'transient' });
  });
});

describe('choicesStream', () => {
  test('has the key table, column, value, language', () => {
    const stream = choicesStream(streams);
    expect(stream).toMatchObject({
      name: 'choices',
      source: 'choices',
      key: ['table', 'column', 'value', 'language'],
    });
    expect(stream.columns.map(({ name, type }) => [name, type])).toEqual([
      ['table', 'string'],
      ['column', 'string'],
      ['value', 'integer'],
      ['language', 'integer'],
      ['label', 'string'],
      ['order', 'integer'],
      ['colour', 'string'],
    ]);
  });

  test('gives way to a table of its name', () => {
    expect(choicesStream(streamsOf([table([], { setName: 'choices' })], options)).name).toBe(
      'dataverse_choices',
    );
  });
});
