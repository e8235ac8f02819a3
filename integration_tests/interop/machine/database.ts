import { join } from 'node:path';
import { type Cluster, postgresUser } from './postgres.ts';
import { output } from './run.ts';

/** A database of the throw-away cluster. */
export interface Database {
  readonly name: string;
  readonly port: number;
  /** Runs one SQL statement and returns its only value as text; an empty string for NULL or no row. */
  value(sql: string): Promise<string>;
  /** Runs a query and returns its rows as objects; numbers beyond 2^53 must be cast to text in the query. */
  rows<Row>(sql: string): Promise<readonly Row[]>;
}

/** Creates an empty database. */
export async function createDatabase(cluster: Cluster, name: string): Promise<Database> {
  const psql = (database: string, sql: string) =>
    output(join(cluster.programs, 'psql'), [
      ...['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--set', 'ON_ERROR_STOP=1'],
      ...['-h', '127.0.0.1', '-p', String(cluster.port), '-U', postgresUser, '-d', database, '-c', sql],
    ]);
  await psql('postgres', `create database ${name} template template0`);
  const value = async (sql: string) => (await psql(name, sql)).replace(/\n$/, '');
  return {
    name,
    port: cluster.port,
    value,
    rows: async (sql) => JSON.parse((await value(`select json_agg(answer) from (${sql}) answer`)) || '[]'),
  };
}

/** The connection settings that both target-postgres variants name alike. */
export function connection(database: Database) {
  return { host: '127.0.0.1', port: database.port, user: postgresUser, password: 'unused' };
}
