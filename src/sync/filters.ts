import type { Selection } from '../catalog/types.ts';
import { asConnectorError, ConnectorError } from '../core/errors.ts';
import type { RunOptions } from './types.ts';

/** Streams, and the filters that the settings give them. */
type Filtered = Pick<RunOptions, 'client' | 'signal'> & {
  readonly selections: readonly Pick<Selection, 'stream'>[];
  readonly settings: Pick<RunOptions['settings'], 'rowFilters'>;
};

/**
 * Tries each row filter on its table, before anything is read. A filter that the service refuses ends the run with the
 * service's own message.
 */
export async function checkRowFilters({ client, selections, settings, signal }: Filtered): Promise<void> {
  await Promise.all(
    selections.map(async ({ stream: { name, table } }) => {
      const filter = settings.rowFilters[name];
      if (filter === undefined) return;
      const url = `${table.setName}?$select=${table.key}&$filter=${encodeURIComponent(filter)}&$top=1`;
      try {
        await client.get({ url, stream: name, signal });
      } catch (thrown) {
        const error = asConnectorError(thrown);
        if (error.details.status !== 400) return;
        throw new ConnectorError(
          'config',
          `The row filter of ${name} is refused by the service: ${error.message}`,
          {
            ...error.details,
            stream: name,
          },
        );
      }
    }),
  );
}
