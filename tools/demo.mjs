// `npm run demo`: the whole story on a real sshd, in a temporary directory, with nothing left behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './run.mjs';
import { ensureSshd } from './sshd.mjs';

const writ = join(root, 'apps/cli/bin/writ.js');
const login = userInfo().username;
const host = 'web-1.acme.example';
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

const cleanUps = [];
let step = 0;

function tell(text) {
  step += 1;
  process.stdout.write(`\n${paint('1', `${step}. ${text}`)}\n`);
}

/** Ends the demo: something did not really happen. */
class Untrue extends Error {}

function mustBe(condition, claim, seen = '') {
  if (!condition) throw new Untrue(`This did not happen: ${claim}\n${seen}`);
  process.stdout.write(`   ${paint('32', '✓')} ${claim}\n`);
}

/** A person (or the server) with a home directory of their own. */
function person(name, base, extra = {}) {
  const home = join(base, name);
  mkdirSync(home, { mode: 0o700 });
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    USER: login,
    LANG: process.env.LANG ?? 'C.UTF-8',
    NO_COLOR: '1',
    ...extra,
  };
  return { name, home, env };
}

const quote = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`);

/** What the person would type, shown, and then really run; resolves with its status and output. */
async function type(who, command, { env = {}, shown = command, quiet = false, cwd = who.home } = {}) {
  const words = command[0] === 'writ' ? [process.execPath, writ, ...command.slice(1)] : command;
  process.stdout.write(`   ${paint('36', `${who.name} $ ${shown.map(quote).join(' ')}`)}\n`);
  const child = spawn(words[0], words.slice(1), {
    cwd,
    env: { ...who.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [status] = await once(child, 'close');
  if (!quiet)
    for (const line of (stdout + stderr).trimEnd().split('\n'))
      if (line !== '') process.stdout.write(`     ${line}\n`);
  return { status, stdout, stderr };
}

/** As `type`, and it must succeed. */
async function mustType(who, command, options) {
  const result = await type(who, command, options);
  if (result.status !== 0)
    throw new Untrue(`\`${command.join(' ')}\` ended with status ${result.status}\n${result.stderr}`);
  return result;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

async function startServer(server) {
  process.stdout.write(`   ${paint('36', `${server.name} $ writ server &`)}\n`);
  const child = spawn(process.execPath, [writ, 'server'], {
    cwd: server.home,
    env: server.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const closed = once(child, 'close');
  const stop = async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await closed;
  };
  cleanUps.push(stop);
  for (;;) {
    if (child.exitCode !== null)
      throw new Untrue(`the server ended with status ${child.exitCode}\n${output}`);
    const ready = await fetch(`${server.url}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return { stop };
    await Promise.race([closed, new Promise((again) => setTimeout(again, 50))]);
  }
}

async function story() {
  const base = mkdtempSync(join(tmpdir(), 'writ-demo-'));
  chmodSync(base, 0o711);
  cleanUps.push(() => rmSync(base, { recursive: true, force: true }));
  const { makeHostKeys, startSshd } = await import(new URL('../libs/testkit/dist/sshd.js', import.meta.url));

  const port = await freePort();
  const server = person('server', base, {});
  server.url = `http://127.0.0.1:${port}`;
  Object.assign(server.env, { WRIT_STATE_DIR: join(base, 'state'), WRIT_LISTEN: `127.0.0.1:${port}` });
  const ana = person('ana', base);
  const bo = person('bo', base);
  const web = join(base, 'web-1');
  mkdirSync(web, { mode: 0o755 });
  const password = { WRIT_PASSWORD: 'correct horse battery staple' };

  process.stdout.write(
    paint('1', 'Writ, on a real sshd. Everything below really runs; lines with $ are what a person types.\n'),
  );

  tell('On the server’s machine: an authority, with its own database and its keys encrypted');
  await mustType(server, ['writ', 'init', '--org', 'acme', '--names', '*.acme.example', '--owner', 'ana'], {
    env: { WRIT_OWNER_PASSWORD: password.WRIT_PASSWORD },
  });

  tell('It starts, on its embedded PostgreSQL');
  const service = await startServer(server);
  mustBe(true, `it is ready at ${server.url}`);

  tell('Ana, its owner, signs in, and says who may log in as whom');
  await mustType(ana, ['writ', 'login', '--url', server.url, '--org', 'acme', '--user', 'ana'], {
    env: password,
  });
  await mustType(ana, [
    'writ',
    'role',
    'create',
    'web-admin',
    '--principals',
    'logins',
    '--logins',
    login,
    '--max-ttl',
    '8h',
  ]);
  await mustType(ana, ['writ', 'role', 'grant', 'web-admin', 'ana']);

  tell(`A host: a throwaway sshd with keys of its own gets host certificates, and trusts the user CA`);
  const hostKeys = await makeHostKeys(web, ['ed25519', 'ecdsa', 'rsa']);
  await mustType(ana, ['writ', 'host', 'sign', ...hostKeys.map((key) => `${key}.pub`), '--name', host], {
    shown: ['writ', 'host', 'sign', 'ssh_host_*_key.pub', '--name', host],
  });
  const userCa = await mustType(ana, ['writ', 'ca', 'show', '--user'], {
    shown: ['writ', 'ca', 'show', '--user'],
  });
  writeFileSync(join(web, 'user_ca.pub'), userCa.stdout);
  await mustType(ana, ['writ', 'krl', 'fetch', '-o', join(web, 'revoked_keys')], {
    shown: ['writ', 'krl', 'fetch', '-o', 'revoked_keys'],
  });
  const sshd = await startSshd(web, [
    ...hostKeys.map((key) => `HostKey ${key}`),
    ...hostKeys.map((key) => `HostCertificate ${key}-cert.pub`),
    `TrustedUserCAKeys ${web}/user_ca.pub`,
    `RevokedKeys ${web}/revoked_keys`,
  ]);
  cleanUps.push(() => sshd.stop());
  mustBe(
    hostKeys.every((key) => existsSync(`${key}-cert.pub`)),
    `sshd serves ${hostKeys.length} host certificates on loopback port ${sshd.port}`,
  );

  tell('Ana gets a certificate, and plain ssh logs in');
  mkdirSync(join(ana.home, '.ssh'), { recursive: true, mode: 0o700 });
  const knownHosts = join(ana.home, '.ssh/known_hosts');
  const hostCa = await mustType(ana, ['writ', 'ca', 'show', '--host'], {
    shown: ['writ', 'ca', 'show', '--host'],
  });
  writeFileSync(knownHosts, hostCa.stdout);
  const key = join(ana.home, '.ssh/id_ed25519');
  await mustType(ana, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'ana', '-f', key], {
    shown: ['ssh-keygen', '-t', 'ed25519'],
  });
  writeFileSync(
    join(ana.home, '.ssh/config'),
    [
      'Host web-1.acme.example',
      '  HostName 127.0.0.1',
      `  Port ${sshd.port}`,
      `  HostKeyAlias ${host}`,
      `  IdentityFile ${key}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${knownHosts}`,
      '  GlobalKnownHostsFile /dev/null',
      '  BatchMode yes',
      '',
    ].join('\n'),
  );
  await mustType(
    ana,
    ['writ', 'cert', 'issue', '--role', 'web-admin', '--ttl', '1h', '--key', `${key}.pub`],
    {
      shown: [
        'writ',
        'cert',
        'issue',
        '--role',
        'web-admin',
        '--ttl',
        '1h',
        '--key',
        '~/.ssh/id_ed25519.pub',
      ],
    },
  );
  await mustType(ana, ['writ', 'cert', 'show', `${key}-cert.pub`], {
    shown: ['writ', 'cert', 'show', '~/.ssh/id_ed25519-cert.pub'],
  });
  // ssh takes the home directory from the password database, not from HOME: the demo names the file.
  const ssh = (destination = host, command = ['echo', 'logged in']) =>
    type(ana, ['ssh', '-F', join(ana.home, '.ssh/config'), destination, ...command], {
      shown: ['ssh', destination, ...command],
    });
  const first = await ssh();
  mustBe(
    first.status === 0 && first.stdout === 'logged in\n' && first.stderr === '',
    'logged in, with no question asked',
    first.stderr + sshd.log(),
  );
  mustBe(
    readFileSync(knownHosts, 'utf8') === hostCa.stdout,
    'known_hosts holds the @cert-authority line and no host key',
  );
  mustBe(/Accepted publickey for .* ED25519-CERT/.test(sshd.log()), 'sshd says that it was the certificate');

  tell('Bo has an account and no role: refused, with every reason');
  const invited = await mustType(ana, ['writ', 'user', 'invite', 'bo', '--json'], {
    quiet: true,
    shown: ['writ', 'user', 'invite', 'bo'],
  });
  const { invitation } = JSON.parse(invited.stdout);
  process.stdout.write('     (prints a one-time invitation, for bo alone)\n');
  await mustType(bo, ['writ', 'login', '--url', server.url, '--invitation'], {
    env: { WRIT_INVITATION: invitation, WRIT_PASSWORD: 'another long password of bo' },
  });
  const refused = await type(bo, ['writ', 'cert', 'issue', '--role', 'web-admin', '--ttl', '400d']);
  mustBe(refused.status === 3, 'no certificate was issued', refused.stderr);

  tell('A login that the certificate does not name: refused by sshd');
  const other = login === 'daemon' ? 'bin' : 'daemon';
  const wrong = await ssh(`${other}@${host}`);
  mustBe(wrong.status === 255 && /Permission denied/.test(wrong.stderr), `${other} is refused`, wrong.stderr);
  mustBe(
    /Certificate invalid: name is not a listed principal/.test(sshd.log()),
    'because the name is not in the certificate, says sshd',
    sshd.log(),
  );

  tell('The certificate is revoked');
  await mustType(ana, ['writ', 'revoke', '--cert', `${key}-cert.pub`, '--reason', 'laptop stolen', '--yes'], {
    shown: ['writ', 'revoke', '--cert', '~/.ssh/id_ed25519-cert.pub', '--reason', 'laptop stolen', '--yes'],
  });
  await mustType(ana, ['writ', 'krl', 'fetch', '-o', join(web, 'revoked_keys')], {
    shown: ['writ', 'krl', 'fetch', '-o', 'revoked_keys'],
  });
  const second = await ssh();
  mustBe(
    second.status === 255 && /Permission denied/.test(second.stderr),
    'the next ssh is refused',
    second.stderr,
  );
  mustBe(/revoked/i.test(sshd.log()), 'because it is revoked, says sshd', sshd.log());

  tell('A fresh certificate; then the authority is stopped, and ssh goes on working');
  await mustType(
    ana,
    ['writ', 'cert', 'issue', '--role', 'web-admin', '--ttl', '1h', '--key', `${key}.pub`],
    {
      shown: [
        'writ',
        'cert',
        'issue',
        '--role',
        'web-admin',
        '--ttl',
        '1h',
        '--key',
        '~/.ssh/id_ed25519.pub',
      ],
    },
  );
  await mustType(ana, ['writ', 'events'], {});
  await service.stop();
  process.stdout.write('     (the server is stopped)\n');
  mustBe(
    await fetch(`${server.url}/healthz`).then(
      () => false,
      () => true,
    ),
    'nothing answers at its address',
  );
  const third = await ssh();
  mustBe(
    third.status === 0 && third.stdout === 'logged in\n',
    'an unrevoked certificate still logs in',
    third.stderr,
  );
  mustBe(readdirSync(base).includes('state'), `everything was below one temporary directory, which goes now`);
}

await build();
await ensureSshd();
const started = performance.now();
let status = 0;
const cleanUp = async () => {
  for (const undo of cleanUps.reverse().splice(0)) await undo();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => void cleanUp().finally(() => process.exit(1)));
try {
  await story();
  process.stdout.write(
    `\n${paint('1', 'All of it really happened,')} in ${Math.round((performance.now() - started) / 1000)} s.\n`,
  );
} catch (error) {
  status = 1;
  process.stderr.write(`\n${error instanceof Untrue ? error.message : error.stack}\n`);
} finally {
  await cleanUp();
}
process.exit(status);
