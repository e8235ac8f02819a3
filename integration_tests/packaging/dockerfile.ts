/** One instruction of a Dockerfile; continued lines are joined. */
export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** Takes a Dockerfile apart into its stages, each from its FROM on. */
export function stagesOf(text: string): readonly (readonly Instruction[])[] {
  const stages: Instruction[][] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.word === 'FROM') stages.push([]);
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`${instruction.word} before the first FROM`);
    stage.push(instruction);
  }
  return stages;
}

/** What follows each of an instruction's occurrences. */
export function all(stage: readonly Instruction[], word: string): readonly string[] {
  return stage.filter((instruction) => instruction.word === word).map(({ rest }) => rest);
}

/** `KEY=value` pairs of all ENV, or LABEL, instructions. */
export function pairs(
  stage: readonly Instruction[],
  word: 'ENV' | 'LABEL',
): Readonly<Record<string, string>> {
  const words = all(stage, word).flatMap((rest) => rest.split(/\s+/));
  return Object.fromEntries(words.map((pair) => pair.split('=', 2)));
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  return lines.map((line) => {
    const [, word, rest] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === undefined || rest === undefined) throw new Error(`not an instruction: ${line}`);
    return { word, rest };
  });
}
