// The demo's hosts: real sshds in directories and on ports of their own, joined by the real kit.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atTheEnd, during, mustType, person, start } from './stage.mjs';

/** A machine with an sshd that nobody can log in to yet; `full` is its name. */
export async function newHost(base, full, sshdPath) {
  const { makeHostKeys, startSshd } = await import('../../libs/testkit/dist/sshd.js');
  const host = { ...person(full.replace(/\..*/, ''), base), prompt: '#' };
  // Logins must get through to the principals files.
  chmodSync(host.home, 0o755);
  const etc = join(host.home, 'etc');
  mkdirSync(etc);
  const keys = await during(makeHostKeys(etc, ['ed25519', 'ecdsa']));
  const starting = startSshd(etc, [
    // Below a directory that everybody may write to, which is no place for a real one.
    'StrictModes no',
    `PidFile ${etc}/sshd.pid`,
    ...keys.map((key) => `HostKey ${key}`),
  ]);
  atTheEnd(async () => (await starting.catch(() => undefined))?.stop());
  const sshd = await during(starting);
  const config = join(etc, 'sshd_config');
  return { ...host, full, sshd, sshdPath, config, before: readFileSync(config, 'utf8') };
}

/** What was printed with the token is run on the host; the host then keeps itself up to date. */
export async function joins(host, { token, lines }) {
  const { home, full, config, sshdPath } = host;
  writeFileSync(join(home, 'token'), `${token}\n`, { mode: 0o600 });
  const typed = lines.join('\n').replace(/ join$/, ` join --token-file ~/token --name ${full}`);
  const where = `--sshd-config ${config} --sshd ${sshdPath} --directory ${home}/writ-host.d`;
  await mustType(host, typed, {
    run: ['sh', '-c', `${typed} ${where} --log-file ${host.sshd.logFile}`],
    // Nothing is left behind.
    env: { TMPDIR: home },
    seen: (line) => (line.startsWith('This host is') ? line : ''),
  });
  host.follow = start(host, 'writ-host follow', kit(host, 'follow'));
}

/** The kit that the host has kept, and what it is told. */
export function kit({ home }, ...words) {
  return [join(home, 'writ-host.d/writ-host'), ...words, '--directory', join(home, 'writ-host.d')];
}
