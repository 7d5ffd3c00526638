// Makes sure that a real sshd is there, and curl: the demo and the tests are judged by the first, and hosts join with the second.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietEnv, run, stop } from './run.mjs';

const places = [
  '/usr/sbin/sshd',
  '/usr/local/sbin/sshd',
  '/sbin/sshd',
  '/usr/bin/sshd',
  '/opt/homebrew/sbin/sshd',
];
const find = () => places.find((path) => existsSync(path));
const findCurl = () => (process.env.PATH ?? '').split(':').find((path) => existsSync(join(path, 'curl')));

function commandFor() {
  if (existsSync('/usr/bin/apt-get')) return 'sudo apt-get install --no-install-recommends openssh-server';
  if (existsSync('/usr/bin/dnf')) return 'sudo dnf install openssh-server';
  if (existsSync('/sbin/apk')) return 'sudo apk add openssh-server openssh-client openssh-keygen';
  if (existsSync('/usr/bin/pacman')) return 'sudo pacman -S openssh';
  return 'install the OpenSSH server with your package manager';
}

/** Installing the package must not start a daemon on port 22: policy-rc.d forbids it for as long as apt runs. */
async function installWithApt(...packages) {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const env = { ...quietEnv, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  try {
    process.stderr.write(`Installing ${packages[0]} (no daemon is started) …\n`);
    const options = { env, stdio: ['ignore', 'ignore', 2] };
    if ((await run('apt-get', install, options)) !== 0) {
      await run('apt-get', ['update', '-qq'], options);
      await run('apt-get', install, options);
    }
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

const canInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** Returns sshd's path; installs it where it can, else ends the process with the command to type. */
export async function ensureSshd() {
  if (find() === undefined && canInstall()) await installWithApt('openssh-server', 'openssh-client');
  const path = find();
  if (path === undefined)
    stop(
      `Writ's demo and tests need a real sshd, and there is none here. Please run:\n\n  ${commandFor()}\n`,
    );
  return path;
}

/** Makes sure of curl, with which the demo's hosts fetch their kit; installs it where it can, else ends the process. */
export async function ensureCurl() {
  if (findCurl() === undefined && canInstall()) await installWithApt('curl', 'ca-certificates');
  if (findCurl() === undefined) stop("Writ's demo needs curl, and there is none here. Please install it.\n");
}
