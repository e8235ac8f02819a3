import type { Reply } from '../http.ts';
import type { Work } from '../limits/cost.ts';
import type { Row } from '../rows/generated.ts';
import type { World } from '../world.ts';
import type { Shape } from './blocks.ts';
import { answer, jsonType } from './odata.ts';

/** A page before it is written. */
export interface Page {
  readonly level: 'minimal' | 'full' | 'none';
  readonly context: string;
  /** Members with counts, as JSON text each. */
  readonly counts: readonly string[];
  readonly rows: readonly Row[];
  readonly write: (row: Row) => string;
  /** JSON texts after the rows: deleted rows of a delta. */
  readonly others?: readonly string[];
  readonly nextLink: string | undefined;
  readonly deltaLink: string | undefined;
  readonly headers: Reply['headers'];
  readonly work: Work;
  /** Set where ready-made blocks may serve. */
  readonly shape?: Shape | undefined;
}

/** Writes a page: context, counts and delta link, then the rows, then the next link (places by switch). */
export function writePage(world: World, page: Page): Reply {
  const { deltaLinkPlace, nextLinkPlace } = world.switches;
  const link = (name: string, url: string | undefined): string[] =>
    url === undefined ? [] : [`"@odata.${name}":${JSON.stringify(url)}`];
  const placed = (place: 'first' | 'last'): string[] => [
    ...(deltaLinkPlace === place ? link('deltaLink', page.deltaLink) : []),
    ...(nextLinkPlace === place ? link('nextLink', page.nextLink) : []),
  ];
  const context = page.level === 'none' ? [] : [`"@odata.context":${JSON.stringify(page.context)}`];
  const start = `{${[...context, ...page.counts, ...placed('first'), '"value":['].join(',')}`;
  const end = `${[']', ...placed('last')].join(',')}}`;
  if (page.shape !== undefined && world.blocks !== undefined && page.others === undefined) {
    const body = world.blocks.compose(start, page.rows, end, page.shape);
    return {
      status: 200,
      headers: [jsonType(page.level), ...page.headers],
      body,
      compressed: true,
      work: page.work,
    };
  }
  const rows = [...page.rows.map(page.write), ...(page.others ?? [])].join(',');
  return { ...answer(`${start}${rows}${end}`, page.level, page.headers), work: page.work };
}
