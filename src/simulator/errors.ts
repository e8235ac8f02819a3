/** An answer that is a refusal: thrown anywhere in a request, rendered once as the service's error envelope. */
export interface Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refusal(
  status: number,
  code: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): Refusal {
  return Object.assign(new Error(message), { status, code, ...(headers === undefined ? {} : { headers }) });
}

export const isRefusal = (error: unknown): error is Refusal =>
  error instanceof Error && 'status' in error && 'code' in error && typeof error.status === 'number';

/** Code of most complaints about a query. */
export const badQuery = (message: string): Refusal => refusal(400, '0x80060888', message);

export const unknownSegment = (segment: string): Refusal =>
  refusal(404, '0x8006088a', `Resource not found for the segment '${segment}'.`);

export const unknownRow = (table: string, id: string): Refusal =>
  refusal(404, '0x80040217', `Entity '${table}' With Id = ${id} Does Not Exist`);
