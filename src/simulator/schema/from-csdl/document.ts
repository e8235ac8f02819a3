import { readFileSync } from 'node:fs';
import type { Table } from '../types.ts';
import { tablesOfCsdl } from './tables.ts';

/** A CSDL document and the tables made of it. */
export interface CsdlDocument {
  readonly tables: readonly Table[];
  /** As it stands, or without its annotations. */
  readonly text: (annotated: boolean) => string;
}

/** Loads a CSDL document. @throws Error that names the file. */
export function loadCsdl(file: string): CsdlDocument {
  try {
    const whole = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    const tables = tablesOfCsdl(whole);
    let plain: string | undefined;
    return {
      tables,
      text: (annotated) => {
        if (annotated) return whole;
        plain ??= whole.replace(/\s*<Annotation\b[^>]*?(?:\/>|(?<!\/)>[\s\S]*?<\/Annotation>)/g, '');
        return plain;
      },
    };
  } catch (error) {
    throw new Error(`--csdl ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
