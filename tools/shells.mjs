// The host kit is tried in several shells and with several fetchers, plain ssh with what runs on it: what is missing is installed
// where that can be done.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { quietEnv, run } from './run.mjs';

const programs = ['dash', 'busybox', 'bash', 'curl', 'wget', 'shellcheck', 'rsync'];
const places = ['/usr/local/bin', '/usr/bin', '/bin', ...(process.env.PATH ?? '').split(':')];
const missing = () => programs.filter((program) => !places.some((place) => existsSync(join(place, program))));

/** Installs what is missing, as root on Debian or Ubuntu. Elsewhere the tests themselves name what they did not try. */
export async function ensureShells() {
  if (missing().length === 0 || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  process.stderr.write(`Installing ${missing().join(', ')} …\n`);
  const env = { ...quietEnv, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, stdio: ['ignore', 'ignore', 2] };
  const install = () =>
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing()], options);
  if ((await install()) === 0) return;
  await run('apt-get', ['update', '-qq'], options);
  await install();
}
