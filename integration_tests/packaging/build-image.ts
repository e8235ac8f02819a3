import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Instruction, stagesOf } from './dockerfile.ts';

/**
 * Runs the steps of a Dockerfile in folders instead of containers, one folder a stage, for machines without Docker. COPY and
 * RUN work as they do there, except that RUN must stay inside its WORKDIR: what sets up users of the system is left out.
 * Returns the folder that stands for the last stage's root.
 */
export function buildImage(dockerfile: string, context: string, scratch: string): string {
  const roots = new Map<string, string>();
  let root = '';
  for (const [index, stage] of stagesOf(dockerfile).entries()) {
    const name = / AS (\S+)$/.exec(stage[0]?.rest ?? '')?.[1] ?? String(index);
    root = join(scratch, name);
    roots.set(name, root);
    buildStage(stage, root, (from) => (from === undefined ? context : (roots.get(from) ?? '')));
  }
  return root;
}

function buildStage(
  stage: readonly Instruction[],
  root: string,
  folderOf: (stage: string | undefined) => string,
): void {
  let folder = root;
  for (const { word, rest } of stage) {
    switch (word) {
      case 'WORKDIR':
        folder = join(root, rest);
        mkdirSync(folder, { recursive: true });
        break;
      case 'COPY':
        copy(rest, folder, folderOf);
        break;
      case 'RUN':
        if (folder !== root)
          execFileSync('sh', ['-c', rest], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
        break;
      default:
    }
  }
}

/** As Docker copies: into a destination that ends in a slash, or over it; of a folder, what it holds. */
function copy(rest: string, folder: string, folderOf: (stage: string | undefined) => string): void {
  const words = rest.split(/\s+/);
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  const destination = paths.pop() ?? '';
  for (const path of paths) {
    const source = join(folderOf(from), path);
    const into = destination.endsWith('/') && statSync(source).isFile();
    const name = into ? join(destination, path.split('/').at(-1) ?? '') : destination;
    cpSync(source, join(folder, name), { recursive: true });
  }
}
