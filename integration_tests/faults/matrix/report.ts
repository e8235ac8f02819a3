/** What a cell of the matrix showed. */
export interface Shown {
  /** What came of the runs that were struck; the destination ended with the truth. */
  readonly outcome: string;
  /** How often the fault struck, all runs together: requests that were repeated, if it struck requests. */
  readonly strikes: number;
  /** Records of the first load that came more than once. */
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
    add(fault, way, protocol, { outcome, strikes, repeated }) {
      lines.push(
        `${fault} | ${way} | ${protocol} | ${outcome} | struck ${strikes} | records repeated ${repeated}`,
      );
    },
    print: () => console.log([`Fault matrix, ${part}: ${lines.length} cells`, ...lines].join('\n')),
  };
}
