/** One output line: the value as compact JSON, ended by a newline. */
export function line(message: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(message)}\n`);
}

/** No output at all. */
export const nothing: Buffer = Buffer.alloc(0);
