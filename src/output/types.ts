/** The one owner of fd 1: ordered, back-pressured. */
export interface Output {
  /** Writes whole lines; resolves when the operating system took them. Rejects with a `ClosedOutput` when the reader is gone. */
  write(lines: Buffer): Promise<void>;
  /** Resolves when everything written before has been taken. */
  drained(): Promise<void>;
}
