import { inspect } from 'node:util';

/** What is printed in place of a secret. */
export const mask = '****';

/** A secret value that does not print itself: not by string, JSON, `console.log` or in an error's cause. */
export interface Secret {
  /** The value, for the one place that needs it. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

/** Wraps a value so that it shows as `****` wherever it is printed. */
export function secret(value: string): Secret {
  return {
    reveal: () => value,
    toString: () => mask,
    toJSON: () => mask,
    [inspect.custom]: () => mask,
  } as Secret;
}
