/** Entry of every bin: runs one command and resolves with the exit code. */
export async function main(argv: readonly string[], protocol: 'singer' | 'airbyte'): Promise<number> {
  process.stderr.write(`${protocol}: not built yet: ${argv.join(' ')}\n`);
  return 1;
}
