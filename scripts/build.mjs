// Builds dist/ from src/ with tsc, copies the data files that the code reads beside it, and compiles the configuration's schema.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tsc = join(root, 'node_modules', '.bin', 'tsc');

rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: root, stdio: ['ignore', 2, 2] });
cpSync(join(root, 'src'), join(root, 'dist'), {
  recursive: true,
  filter: (source) => !source.endsWith('.ts'),
});
for (const bin of readdirSync(join(root, 'dist', 'bin'))) chmodSync(join(root, 'dist', 'bin', bin), 0o755);

const built = (name) => import(pathToFileURL(join(root, 'dist', 'config', name)).href);
const [{ compileToSource }, { configSchema }] = [await built('compile.js'), await built('schema.js')];
writeFileSync(join(root, 'dist', 'config', 'spec.validator.js'), await compileToSource(configSchema()));
