// The demo's story: a provider, its customer, three hosts, and the people who reach them or do not.
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
import { once } from 'node:events';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { joins, kit, newHost } from './host.mjs';
import { atTheEnd, mustBe, mustType, paint, person, remark, start, tell, type, until } from './stage.mjs';

const login = userInfo().username;
const other = login === 'daemon' ? 'bin' : 'daemon';
const password = 'correct horse battery staple';

/** Runs it all on the sshd at `sshdPath`, in a temporary directory that goes at the end. */
export async function story(sshdPath) {
  const base = mkdtempSync(join(tmpdir(), 'writ-demo-'));
  chmodSync(base, 0o711);
  atTheEnd(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = person('server', base, {
    ...{
      WRIT_STATE_DIR: join(base, 'state'),
      WRIT_LISTEN: `127.0.0.1:${port}`,
      WRIT_OWNER_PASSWORD: password,
    },
  });
  const [ana, bo, ben, eva] = ['ana', 'bo', 'ben', 'eva'].map((name) => somebody(name, base));
  const hosts = ['web-1.globex.example', 'web-2.globex.example', 'ops-1.acme.example'];
  const [web1, web2, ops1] = await Promise.all(hosts.map((name) => newHost(base, name, sshdPath)));

  process.stdout.write(
    `${paint('1', 'Writ, on three real sshds.')} Everything below really runs: after $ stands what a person types, after # what root types on a host.
All of it happens in one temporary directory. Left out is what is only so because of that: ssh -F, and that writ-host lies elsewhere.
Passwords, codes and tokens are typed at questions, never in a command.\n`,
  );

  tell('Acme is a provider. It sets up the service, with a database of its own and its keys encrypted');
  await mustType(server, ['writ', 'init', '--org', 'acme', '--names', '*.acme.example', '--owner', 'ana']);
  const serve = async () => {
    const service = start(server, 'writ server');
    await until(() => answers(`${url}/readyz`), service);
    return service;
  };
  const service = await serve();
  mustBe(true, `it is ready at ${url}`);

  tell(
    'Globex is a customer: CAs of its own, and names nobody else can use. To act for it takes a second factor',
  );
  await mustType(ana, `writ login --url ${url} --user ana`);
  await addSecondFactor(ana);
  await mustType(ana, ['writ', 'org', 'create', 'globex', '--names', '*.globex.example']);
  const invited = await mustType(ana, 'writ user invite bo --org globex --as owner', secretly);
  await accept(bo, invited, url);
  const outside = await type(ana, 'writ host list --org globex');
  mustBe(
    outside.status === 6,
    'since globex has an owner, acme’s people are strangers there',
    outside.output,
  );

  tell('Bo, its owner, says who may be whom where: by group, role and labels');
  await mustType(bo, 'writ group create admins');
  await mustType(bo, 'writ group add admins bo');
  await mustType(
    bo,
    `writ role create web-admin --hosts env=prod,tier=web --logins ${login} --group admins --max-ttl 8h`,
    firstLines,
  );

  tell('Two hosts of globex join: one token, one script, no agent but sh and OpenSSH');
  const globexToken = await newToken(bo, [
    ...['--name', 'web-*.globex.example', '--uses', '2', '--label', 'env=prod,tier=web'],
  ]);
  for (const host of [web1, web2]) await joins(host, globexToken);
  await areFoundAt(bo, [web1, web2]);
  await mustType(bo, 'writ host status');

  tell('The morning: bo signs in once. From here on it is plain ssh');
  writeFileSync(join(bo.home, '.ssh/config'), '# mine\n');
  await mustType(bo, 'writ login --ssh-config');
  await getsIn(bo, 'web-1', web1);
  await getsIn(bo, 'web-2', web2);
  mustBe(
    !existsSync(join(bo.home, '.ssh/known_hosts')),
    'no question was asked, and known_hosts was not needed: each host proved itself by a certificate',
  );

  tell('A login that no role has: refused, and the reason in words');
  await isRefused(bo, `${other}@web-1`);
  const explained = await type(bo, `writ explain web-1 ${other}`);
  mustBe(explained.status === 3, 'it says what is missing', explained.output);

  tell('Acme has a host and people of its own');
  const acmeToken = await newToken(ana, ['--name', ops1.full, '--label', 'env=ops']);
  await joins(ops1, acmeToken);
  await areFoundAt(ana, [ops1]);
  const invitations = [];
  for (const { name } of [ben, eva])
    invitations.push(await mustType(ana, `writ user invite ${name}`, secretly));
  await mustType(ana, 'writ group create oncall');
  await mustType(ana, 'writ group add oncall ben');
  await mustType(
    ana,
    `writ role create ops --hosts env=ops --logins ${login} --group oncall --max-ttl 8h`,
    firstLines,
  );
  await mustType(ana, 'writ role grant ops eva');

  tell('Acme’s oncall is to look after globex’s hosts: by a delegation, which globex accepts');
  await mustType(ana, 'writ delegate web-admin --from globex --to-group acme/oncall');
  const { output: offers } = await mustType(bo, 'writ delegation list');
  const [id] = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(offers) ?? [];
  await mustType(bo, `writ delegation accept ${id}`);

  tell('Ben is on call: one login, and hosts of both organizations');
  await accept(ben, invitations[0], url);
  await addSecondFactor(ben);
  await mustType(ben, 'writ hosts');
  await getsIn(ben, 'ops-1', ops1);
  await getsIn(ben, 'web-1', web1);
  mustBe(
    /acme\/ben@globex\/web-admin/.test(web1.sshd.log()),
    'web-1’s log says who: acme/ben@globex/web-admin',
  );

  tell('Eva is not: she reaches acme’s host, and globex’s does not exist for her');
  await accept(eva, invitations[1], url);
  await getsIn(eva, 'ops-1', ops1);
  const unknown = await type(eva, `writ explain web-1.globex.example ${login}`);
  mustBe(unknown.status === 3, 'not even its name', unknown.output);
  const port1 = String(web1.sshd.port);
  const direct = await ssh(eva, `-p ${port1} -o CertificateFile=acme-cert.pub ${login}@127.0.0.1 true`, [
    ...['-p', port1, '-i', join(eva.home, '.ssh/id_writ'), '-o', `CertificateFile=${certificateOf(eva)}`],
    ...['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-q'],
    ...[`${login}@127.0.0.1`, 'true'],
  ]);
  mustBe(
    direct.status === 255,
    'and with her certificate of acme in hand the door stays shut',
    direct.output,
  );
  const failed = await web1.sshd.logged(/^Failed publickey .*-CERT .*ID eva@acme\/ops/);
  remark(`web-1’s log: ${failed.replace(/ from .*: ED/, ' … ED')}`);

  tell('Ben’s laptop is stolen: one command, in every organization at once');
  const open = [await staysIn(ben, 'ops-1'), await staysIn(ben, 'web-1')];
  const others = await staysIn(bo, 'web-1');
  const { output: enforced } = await mustType(ana, [
    ...['writ', 'revoke', '--user', 'ben', '--reason', 'laptop stolen', '--cut', '--wait', '60s', '--yes'],
  ]);
  mustBe(
    /enforced on 1 of 1 host by .*; 1 open session ended/.test(enforced),
    'proved by acme’s host, which has ended ben’s session',
    enforced,
  );
  const told = await web1.follow.says((line) => /revocations number [1-9]/.test(line));
  remark(`web-1, of globex, by the request that it holds: ${told}`);
  for (const session of open) await session.ended();
  mustBe(true, 'both sessions that the thief had open are over');
  mustBe(others.running(), 'bo’s, as the same login of the same host, is not');
  await isRefused(ben, 'web-1');
  mustBe(/revoked/i.test(web1.sshd.log()), 'because it is revoked, says sshd', web1.sshd.log());
  const acts = await mustType(bo, 'writ revoked list');
  mustBe(/laptop stolen/.test(acts.output), 'globex sees it, too, and why', acts.output);
  await others.stop();

  tell('The service is stopped; ssh goes on working');
  await service.stop();
  mustBe(!(await answers(`${url}/healthz`)), `nothing answers at ${url}`);
  await getsIn(bo, 'web-1', web1);

  tell('The evening: everything is taken away again');
  await serve();
  await mustType(bo, 'writ logout');
  mustBe(readFileSync(join(bo.home, '.ssh/config'), 'utf8') === '# mine\n', '~/.ssh/config is what it was');
  await web2.follow.stop();
  await mustType(web2, 'writ-host leave --yes', { run: kit(web2, 'leave', '--yes') });
  mustBe(readFileSync(web2.config, 'utf8') === web2.before, 'sshd_config is what it was, byte for byte');
}

function somebody(name, base) {
  const who = person(name, base, { WRIT_PASSWORD: `${name}: ${password}` });
  if (name === 'ana') who.env.WRIT_PASSWORD = password;
  mkdirSync(join(who.home, '.ssh'), { mode: 0o700 });
  return who;
}

/** What is shown of output with something in it that lets its holder in. */
const secretly = {
  seen: (line) => line.replace(/^(writ_i\.|writ-join-1\|)\S+/, '$1… (it lets its holder in)'),
};

/** Of a role, without all that nobody asked for. */
const firstLines = { seen: (line) => (/^ {2}(extensions|key|created|members)/.test(line) ? '' : line) };

/** An account is set up with its one-time invitation. */
function accept(who, { lines }, url) {
  const WRIT_INVITATION = lines.find((line) => line.startsWith('writ_i.'));
  return mustType(who, `writ login --url ${url} --invitation --ssh-config`, { env: { WRIT_INVITATION } });
}

/** An authenticator is given the key, and its first code is typed. */
async function addSecondFactor(who) {
  const { codeAt } = await import('../../libs/testkit/dist/authenticator.js');
  const keyOf = (line) => /^otpauth:.*[?&]secret=([A-Z2-7]+)/.exec(line)?.[1];
  await mustType(who, 'writ second-factor add', {
    run: ['writ', 'second-factor', 'add', '--code-file', '-'],
    answer: (line) => keyOf(line) && codeAt(keyOf(line), Date.now()),
    seen: (line) => (/^(Signing in takes|Plain `ssh`)/.test(line) ? line : ''),
  });
}

/** A token for hosts, and the lines that were printed for joining with it. */
async function newToken(who, options) {
  const { lines } = await mustType(who, ['writ', 'host', 'token', 'create', ...options], secretly);
  const isCommand = (line) => /^ {2}(cd|echo|sh) /.test(line);
  return {
    token: lines.find((line) => line.startsWith('writ-join-1|')),
    lines: lines.filter(isCommand).map((line) => line.trim()),
  };
}

async function areFoundAt(who, hosts) {
  for (const { name, sshd } of hosts)
    await mustType(who, `writ host set ${name} --address 127.0.0.1 --port ${sshd.port}`, { seen: () => '' });
}

/** ssh takes the home directory from the password database, not from HOME: it is told which configuration is meant. */
function ssh(who, line, words = line.split(' ')) {
  const options = ['-F', join(who.home, '.ssh/config'), '-o', 'BatchMode=yes'];
  return type(who, `ssh ${line}`, { run: ['ssh', ...options, ...words] });
}

async function getsIn(who, destination, { sshd }) {
  const since = sshd.lineCount();
  const { status, output } = await ssh(who, `${destination} echo in`);
  mustBe(status === 0 && output === 'in', `${who.name} is in`, output + sshd.log(since));
}

/** A session that is open from then on. */
async function staysIn(who, destination) {
  // It ends with its connection, which gives it its input: what has no terminal would go on.
  const words = [destination, 'echo in; exec cat'];
  const session = start(
    who,
    `ssh ${destination}`,
    [...['ssh', '-F', join(who.home, '.ssh/config'), '-o', 'BatchMode=yes'], ...words],
    'pipe',
  );
  await session.says((line) => line === 'in');
  return session;
}

async function isRefused(who, destination) {
  const { status, output } = await ssh(who, destination, [destination, 'true']);
  mustBe(status === 255 && /Permission denied/.test(output), 'refused', output);
}

function certificateOf(who) {
  const directory = join(who.home, '.config/writ/ssh/certificates');
  const [name] = readdirSync(directory).filter((each) => each.endsWith('-cert.pub'));
  return join(directory, name);
}

function answers(url) {
  return fetch(url).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
