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
import { constants, tmpdir, userInfo } from 'node:os';
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
let cleaning;
let interrupted = false;

/** Undoes what was begun, last first: once, whoever asks for it. Resolves to false when something could not be undone. */
function cleanUp() {
  cleaning ??= (async () => {
    let clean = true;
    for (const undo of cleanUps.reverse().splice(0)) {
      try {
        await undo();
      } catch (error) {
        clean = false;
        process.stderr.write(`${error.message}\n`);
      }
    }
    return clean;
  })();
  return cleaning;
}

/** Waits for what must have ended before anything is undone; after a signal the story goes no further. */
async function during(work) {
  cleanUps.push(() => work.catch(() => undefined));
  try {
    return await work;
  } finally {
    if (interrupted) await new Promise(() => undefined);
  }
}

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

/**
 * What the person would type, shown, and then really run; resolves with its status and output.
 * @param {{ shown?: string, data?: boolean, quiet?: boolean, env?: object, cwd?: string }} [options] shown: the line as
 * it is typed, where that differs; data: keep what is said to the person out of the output
 */
async function type(who, command, options = {}) {
  const {
    env = {},
    shown = command.map(quote).join(' '),
    data = false,
    quiet = false,
    cwd = who.home,
  } = options;
  const words = command[0] === 'writ' ? [process.execPath, writ, ...command.slice(1)] : command;
  process.stdout.write(`   ${paint('36', `${who.name} $ ${shown}`)}\n`);
  // Data and talk through one pipe stay in the order in which they were written.
  const [program, ...args] = data ? words : ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh', ...words];
  const child = spawn(program, args, {
    cwd,
    env: { ...who.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for the demo: a command cut off in the middle would leave its database behind.
    detached: true,
  });
  let output = '';
  let talk = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (talk += chunk));
  const [status] = await during(once(child, 'close'));
  if (!quiet)
    for (const line of (output + talk).trimEnd().split('\n'))
      if (line !== '') process.stdout.write(`     ${line}\n`);
  return { status, output, talk };
}

/** As `type`, and it must succeed. */
async function mustType(who, command, options) {
  const result = await type(who, command, options);
  if (result.status !== 0)
    throw new Untrue(
      `\`${command.join(' ')}\` ended with status ${result.status}\n${result.output}${result.talk}`,
    );
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
    detached: true,
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
    if (interrupted) await new Promise(() => undefined);
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
  cleanUps.push(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));
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
  const hostKeys = await during(makeHostKeys(web, ['ed25519', 'ecdsa', 'rsa']));
  await mustType(ana, ['writ', 'host', 'sign', ...hostKeys.map((key) => `${key}.pub`), '--name', host], {
    shown: `writ host sign ssh_host_*_key.pub --name ${host}`,
  });
  const userCa = await mustType(ana, ['writ', 'ca', 'show', '--user'], { data: true });
  writeFileSync(join(web, 'user_ca.pub'), userCa.output);
  await mustType(ana, ['writ', 'krl', 'fetch', '-o', join(web, 'revoked_keys')], {
    shown: 'writ krl fetch -o revoked_keys',
  });
  const starting = startSshd(web, [
    ...hostKeys.map((key) => `HostKey ${key}`),
    ...hostKeys.map((key) => `HostCertificate ${key}-cert.pub`),
    `TrustedUserCAKeys ${web}/user_ca.pub`,
    `RevokedKeys ${web}/revoked_keys`,
  ]);
  cleanUps.push(async () => (await starting.catch(() => undefined))?.stop());
  const sshd = await during(starting);
  mustBe(
    hostKeys.every((key) => existsSync(`${key}-cert.pub`)),
    `sshd serves ${hostKeys.length} host certificates on loopback port ${sshd.port}`,
  );

  tell('Ana gets a certificate, and plain ssh logs in');
  mkdirSync(join(ana.home, '.ssh'), { recursive: true, mode: 0o700 });
  const knownHosts = join(ana.home, '.ssh/known_hosts');
  const hostCa = await mustType(ana, ['writ', 'ca', 'show', '--host'], { data: true });
  writeFileSync(knownHosts, hostCa.output);
  const key = join(ana.home, '.ssh/id_ed25519');
  await mustType(ana, ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'ana', '-f', key], {
    shown: 'ssh-keygen -t ed25519',
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
      shown: 'writ cert issue --role web-admin --ttl 1h --key ~/.ssh/id_ed25519.pub',
    },
  );
  await mustType(ana, ['writ', 'cert', 'show', `${key}-cert.pub`], {
    shown: 'writ cert show ~/.ssh/id_ed25519-cert.pub',
  });
  // ssh takes the home directory from the password database, not from HOME: the demo names the file.
  const ssh = (destination = host, command = ['echo', 'logged in']) =>
    type(ana, ['ssh', '-F', join(ana.home, '.ssh/config'), destination, ...command], {
      shown: ['ssh', destination, ...command].map(quote).join(' '),
    });
  const first = await ssh();
  mustBe(
    first.status === 0 && first.output === 'logged in\n',
    'logged in, with no question asked',
    first.output + sshd.log(),
  );
  mustBe(
    readFileSync(knownHosts, 'utf8') === hostCa.output,
    'known_hosts holds the @cert-authority line and no host key',
  );
  mustBe(/Accepted publickey for .* ED25519-CERT/.test(sshd.log()), 'sshd says that it was the certificate');

  tell('Bo has an account and no role: refused, with every reason');
  const invited = await mustType(ana, ['writ', 'user', 'invite', 'bo', '--json'], {
    data: true,
    quiet: true,
    shown: 'writ user invite bo',
  });
  const { invitation } = JSON.parse(invited.output);
  process.stdout.write('     (prints a one-time invitation, for bo alone)\n');
  await mustType(bo, ['writ', 'login', '--url', server.url, '--invitation'], {
    env: { WRIT_INVITATION: invitation, WRIT_PASSWORD: 'another long password of bo' },
  });
  const refused = await type(bo, ['writ', 'cert', 'issue', '--role', 'web-admin', '--ttl', '400d']);
  mustBe(refused.status === 3, 'no certificate was issued', refused.output);

  tell('A login that the certificate does not name: refused by sshd');
  const other = login === 'daemon' ? 'bin' : 'daemon';
  const wrong = await ssh(`${other}@${host}`);
  mustBe(wrong.status === 255 && /Permission denied/.test(wrong.output), `${other} is refused`, wrong.output);
  mustBe(
    /Certificate invalid: name is not a listed principal/.test(sshd.log()),
    'because the name is not in the certificate, says sshd',
    sshd.log(),
  );

  tell('The certificate is revoked');
  await mustType(ana, ['writ', 'revoke', '--cert', `${key}-cert.pub`, '--reason', 'laptop stolen', '--yes'], {
    shown: "writ revoke --cert ~/.ssh/id_ed25519-cert.pub --reason 'laptop stolen' --yes",
  });
  await mustType(ana, ['writ', 'krl', 'fetch', '-o', join(web, 'revoked_keys')], {
    shown: 'writ krl fetch -o revoked_keys',
  });
  const second = await ssh();
  mustBe(
    second.status === 255 && /Permission denied/.test(second.output),
    'the next ssh is refused',
    second.output,
  );
  mustBe(/revoked/i.test(sshd.log()), 'because it is revoked, says sshd', sshd.log());

  tell('A fresh certificate; then the authority is stopped, and ssh goes on working');
  await mustType(
    ana,
    ['writ', 'cert', 'issue', '--role', 'web-admin', '--ttl', '1h', '--key', `${key}.pub`],
    {
      shown: 'writ cert issue --role web-admin --ttl 1h --key ~/.ssh/id_ed25519.pub',
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
    third.status === 0 && third.output === 'logged in\n',
    'an unrevoked certificate still logs in',
    third.output,
  );
  mustBe(readdirSync(base).includes('state'), `everything was below one temporary directory, which goes now`);
}

// What was built already is not built again under somebody who uses it.
if (!process.argv.includes('--built')) await build();
await ensureSshd();
const started = performance.now();
let status = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    interrupted = true;
    void cleanUp().then(() => process.exit(128 + constants.signals[signal]));
  });
try {
  await story();
  process.stdout.write(
    `\n${paint('1', 'All of it really happened,')} in ${Math.round((performance.now() - started) / 1000)} s.\n`,
  );
} catch (error) {
  status = 1;
  // What fails after a signal fails because of it.
  if (!interrupted) process.stderr.write(`\n${error instanceof Untrue ? error.message : error.stack}\n`);
}
if (!(await cleanUp())) status = 1;
process.exit(status);
