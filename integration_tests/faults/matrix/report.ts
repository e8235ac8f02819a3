/** What a cell of the matrix showed. */
export interface Shown {
  /** What came of runs that the fault struck and left alone again. */
  readonly passing: 'recovered' | 'failed loudly, resumed';
  /** Requests struck, all runs together. */
  readonly strikes: number;
  /** Records that came more than once up to the end of the first load. */
  readonly repeated: number;
}

/** Collects the cells, and prints them. */
export interface Report {
  add(fault: string, way: string, protocol: string, shown: Shown): void;
  print(): void;
}

/** A report of one part of the matrix. */
export function createReport(part: string): Report {
  const lines: string[] = [];
  return {
    add(fault, way, protocol, { passing, strikes, repeated }) {
      lines.push(
        `${fault} | ${way} | ${protocol} | ${passing} | struck ${strikes} | records repeated ${repeated}`,
      );
    },
    print: () => console.log([`Fault matrix, ${part}: ${lines.length} cells`, ...lines].join('\n')),
  };
}
