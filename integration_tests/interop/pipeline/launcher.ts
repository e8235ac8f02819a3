import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { output } from '../machine/run.ts';

/** What a connector that Airbyte launched left behind. */
export interface Launched {
  /** What the launcher writes into its exit file. */
  readonly exit: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Connectors run as this user and group, wherever we may choose. */
const airbyteUser = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};

/**
 * Runs `read` as Airbyte's launcher does on Kubernetes: `sh -c` with an `eval` of AIRBYTE_ENTRYPOINT in the background, stdout
 * and stderr into named pipes, the exit code into a file; the working folder is that of the files, the user has uid 1000, and
 * the files can only be read. `onStdout` may end it: it is given each piece of stdout and the shell's process.
 * Source: ContainerCommandFactory and KubePodProcess of airbytehq/airbyte-platform.
 */
export async function launch(
  entrypoint: string,
  folder: string,
  files: Readonly<Record<'config' | 'catalog', unknown>>,
  env: Readonly<Record<string, string>>,
  onStdout: (text: string, shell: ChildProcess) => void = () => undefined,
): Promise<Launched> {
  const source = join(folder, 'source');
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, 'connectorConfig.json'), JSON.stringify(files.config), { mode: 0o444 });
  writeFileSync(join(source, 'catalog.json'), JSON.stringify(files.catalog), { mode: 0o444 });
  chmodSync(folder, 0o755);
  const { uid, gid } = airbyteUser;
  if (uid !== undefined && gid !== undefined) chownSync(source, uid, gid);
  await output('mkfifo', ['stdout', 'stderr'], { cwd: source, ...airbyteUser });

  const shell = spawn('sh', ['-c', script], {
    cwd: source,
    env: { PATH: process.env['PATH'] ?? '', ...env, AIRBYTE_ENTRYPOINT: entrypoint, SOURCE: source },
    stdio: ['ignore', 'inherit', 'inherit'],
    ...airbyteUser,
  });
  const stdout = createReadStream(join(source, 'stdout'), { encoding: 'utf8' });
  stdout.on('data', (piece) => onStdout(String(piece), shell));
  const [out, err] = await Promise.all([
    text(stdout),
    text(createReadStream(join(source, 'stderr'))),
    once(shell, 'exit'),
  ]);
  const exitFile = join(source, 'exitCode.txt');
  return {
    exit: existsSync(exitFile) ? readFileSync(exitFile, 'utf8').trim() : 'none',
    stdout: out,
    stderr: err,
  };
}

/** SIGTERM ends the program behind the pipes, and its exit code is written down like any other. */
const script = `
  [ -n "$AIRBYTE_ENTRYPOINT" ] || exit 127
  (eval "exec $AIRBYTE_ENTRYPOINT read --config $SOURCE/connectorConfig.json --catalog $SOURCE/catalog.json" 2> stderr > stdout) &
  child=$!
  trap 'kill -TERM "$child"' TERM
  wait "$child"; code=$?
  while kill -0 "$child" 2> /dev/null; do wait "$child"; code=$?; done
  echo "$code" > exitCode.tmp && mv exitCode.tmp exitCode.txt
`;
