import { output, works } from './run.ts';

/**
 * Installs packages of the distribution where that is possible: on Debian and its children, as root.
 * Elsewhere it throws what the user has to install.
 */
export async function installFromDebian(packages: readonly string[], why: string): Promise<void> {
  const wanted = packages.join(' ');
  const able = process.getuid?.() === 0 && (await works('apt-get', ['--version']));
  if (!able) throw new Error(`${why} Install it (on Debian or Ubuntu: sudo apt-get install ${wanted}).`);
  console.error(`Installing ${wanted} ...`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await output('apt-get', ['update', '-qq'], { env });
  await output('apt-get', ['install', '-qq', '--no-install-recommends', ...packages], { env });
}
