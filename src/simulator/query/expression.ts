import type { Column, Table } from '../schema/types.ts';
import type { Collection } from './collections.ts';

/** A column of the row itself, or of a row reached over single-valued navigation properties. */
export interface Path {
  readonly kind: 'path';
  readonly steps: readonly { readonly lookup: Column; readonly target: Table }[];
  readonly column: Column;
}

export interface Literal {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
  /** As written, for numbers whose digits matter. */
  readonly text: string;
  readonly type: 'string' | 'number' | 'guid' | 'date' | 'boolean' | 'null';
}

export type Operand = Path | Literal;
export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

/** A `$filter` expression. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'compare';
      readonly operator: Comparison;
      readonly left: Operand;
      readonly right: Operand;
    }
  | {
      readonly kind: 'text';
      readonly test: 'contains' | 'startswith' | 'endswith';
      readonly path: Path;
      readonly text: string;
    }
  | {
      readonly kind: 'lambda';
      readonly quantifier: 'any' | 'all';
      readonly collection: Collection;
      /** Undefined: `any()`, whether there are rows at all. */
      readonly condition: Expression | undefined;
    }
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly path: Path | undefined;
      readonly values: readonly Literal[];
    };
