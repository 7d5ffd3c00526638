import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reach } from '@writ/contract';
import { makeHostKeys, startSshd, type Sshd } from '@writ/testkit/sshd';
import { Machine, type Ended } from './cli.js';
import { newKey, TestOrganization } from './organization.js';
import { password } from './service.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const me = userInfo().username;
const web = 'web-1.acme.example';

/** In front of the service: counts what is asked for, says where the sshd of this test is, and can be away. */
class Front {
  readonly seen: string[] = [];
  private server: Server | null = null;
  port = 0;

  constructor(
    private readonly behind: string,
    private readonly where: { readonly address: string; readonly port: number },
  ) {}

  start(): Promise<void> {
    const server = createServer((incoming, answer) => {
      this.seen.push(`${incoming.method} ${incoming.url?.replace(/[a-z0-9]{16}/, ':org')}`);
      const headers = { ...incoming.headers, host: new URL(this.behind).host };
      const passed = request(
        `${this.behind}${incoming.url}`,
        { method: incoming.method, headers },
        (back) => {
          const chunks: Buffer[] = [];
          back.on('data', (chunk: Buffer) => chunks.push(chunk));
          back.on('end', () => {
            const { 'content-length': _, 'transfer-encoding': __, ...rest } = back.headers;
            answer.writeHead(back.statusCode ?? 500, rest);
            answer.end(
              incoming.url === '/v1/reach' ? this.answer(Buffer.concat(chunks)) : Buffer.concat(chunks),
            );
          });
        },
      );
      incoming.pipe(passed);
    });
    this.server = server;
    return new Promise((resolve) => {
      server.listen(this.port, '127.0.0.1', () => {
        this.port = (server.address() as { port: number }).port;
        resolve();
      });
    });
  }

  /** The test's sshd is on a port of loopback, and acme is one of fifty organizations with several roles each. */
  private answer(body: Buffer): string {
    const { organizations } = JSON.parse(body.toString()) as Reach;
    const [own] = organizations;
    if (own === undefined) return body.toString();
    const hosts = own.hosts.map((host) => ({ ...host, ...this.where }));
    const others = Array.from({ length: 49 }, (_, index): Reach['organizations'][number] => {
      const name = `c${index}`;
      const roles = ['a', 'b', 'c'].map((letter) => ({
        ...{ name: letter, handle: letter.repeat(16), principals: 'role' as const, maxTtlSeconds: 3600 },
        logins: [me, `login-${letter}`],
      }));
      const host = {
        shortNames: [`db.${name}`],
        roles: ['a', 'b', 'c'],
        address: null,
        port: null,
        jump: null,
      };
      return {
        ...{ handle: String(index).padStart(16, '0'), name, namePatterns: [`*.${name}.example`], roles },
        knownHosts: own.knownHosts.replaceAll('*.acme.example', `*.${name}.example`),
        hosts: [{ name: `db.${name}.example`, ...host }],
      };
    });
    return JSON.stringify({ organizations: [{ ...own, hosts }, ...others] });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server?.close(() => resolve());
      this.server?.closeAllConnections();
    });
  }

  count(route: string): number {
    return this.seen.filter((each) => each === route).length;
  }
}

let acme: TestOrganization;
let machine: Machine;
let sshd: Sshd;
let front: Front;
let before: string;
let agent: Agent;
const at = (name: string): string => machine.path(name);
const ours = (name = ''): string => join(machine.home, '.config/writ/ssh', name);
const userConfig = (): string => join(machine.home, '.ssh/config');

/** A host joins by its kit: this test's sshd. */
async function joins(names: string, labels: object): Promise<void> {
  const made = await acme.as(acme.owner, 'createJoinToken', { body: { names, labels } });
  const token = ['writ-join-1', acme.url, acme.handle, '-', made.bundleKey, made.names, made.secret].join(
    '|',
  );
  writeFileSync(at('token'), `${token}\n`, { mode: 0o600 });
  const config = [
    '--sshd-config',
    at('etc/sshd_config'),
    '--sshd',
    process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd',
  ];
  const words = ['join', '--token-file', at('token'), ...config, '--directory', at('writ-host')];
  const joined = await machine.run('sh', [join(root, 'apps/host/writ-host'), ...words]);
  expect(joined).toMatchObject({ status: 0, stderr: '' });
}

/** A program of OpenSSH, told of nothing but where the user's configuration is: ssh would look in the real home. */
function open(
  program: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return machine.run(program, ['-F', userConfig(), '-o', 'BatchMode=yes', ...words], more);
}
const offers = ({ stderr }: Ended): string[] =>
  stderr
    .split('\n')
    .filter((line) => /Offering public key/.test(line))
    .map((line) => line.replace(/\r$/, ''));

/** The certificates that are there. */
const certificates = (): string[] =>
  readdirSync(ours('certificates')).filter((name) => name.endsWith('-cert.pub'));
/** The one whose role is called so. */
function certificateOf(role: string): string {
  const { organizations } = JSON.parse(readFileSync(ours('inventory.json'), 'utf8')) as Reach;
  const handle = organizations[0]?.roles.find(({ name }) => name === role)?.handle ?? 'none';
  return ours(`certificates/${acme.handle}-${handle}-cert.pub`);
}
/** Makes it look as if it were to be renewed in so many seconds, and to end in so many; what was in the file. */
function age(renewIn: number, endIn: number): string {
  const file = certificateOf('web-admin');
  const now = Math.floor(Date.now() / 1000);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/^# writ-1 \d+ \d+/, `# writ-1 ${now + renewIn} ${now + endIn}`));
  rmSync(`${file}.trouble`, { force: true });
  return text;
}
const issues = (): number => front.count('POST /v1/organizations/:org/certificates/user');
const talk = ({ stderr }: Ended): string[] => stderr.split('\n').filter((line) => line.startsWith('writ:'));

beforeAll(async () => {
  acme = await TestOrganization.start();
  machine = new Machine({ WRIT_PASSWORD: password, SHELL: '/bin/sh' });
  // Logins must get through to the principals files.
  chmodSync(machine.directory, 0o755);
  mkdirSync(at('etc'));
  const keys = await makeHostKeys(at('etc'), ['ed25519', 'ecdsa']);
  sshd = await startSshd(at('etc'), [
    'StrictModes no',
    'Subsystem sftp internal-sftp',
    ...keys.map((key) => `HostKey ${key}`),
  ]);
  front = new Front(acme.url, { address: '127.0.0.1', port: sshd.port });
  await front.start();
  for (const [name, logins] of [
    ['web-admin', [me]],
    ['web-deploy', ['deploy', 'www']],
  ] as const) {
    const selector = { env: 'prod' };
    await acme.as(acme.owner, 'createRole', {
      body: { name, principals: 'role', selector, logins, maxTtlSeconds: 3600 },
    });
    await acme.as(acme.owner, 'grantRole', { params: { role: name }, body: { user: 'ana' } });
  }
  await joins(web, { env: 'prod' });
  const line = sshd.lineCount();
  process.kill(sshd.pid, 'SIGHUP');
  await sshd.logged(/^Server listening on/, line);
  agent = await startAgent(12);
  mkdirSync(join(machine.home, '.ssh'), { mode: 0o700 });
  before = '# mine\nHost *\n  ServerAliveInterval 30';
  writeFileSync(userConfig(), before, { mode: 0o600 });
}, 120_000);
afterAll(async () => {
  agent.stop();
  await sshd.stop();
  await front.stop();
  machine.remove();
  await acme.stop();
});

describe('plain ssh after `writ login`', () => {
  it('is set up by login: a key, one line at the top, and no certificate before it is needed', async () => {
    const words = ['login', '--url', `http://127.0.0.1:${front.port}`, '--user', 'ana'];
    await machine.data(...words);
    expect(readFileSync(userConfig(), 'utf8')).toBe(before);
    const ended = await machine.writ([...words, '--ssh-config']);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toContain('Plain `ssh` reaches 50 hosts');
    expect(readFileSync(userConfig(), 'utf8')).toBe(`Include ${ours('config')}\n${before}`);
    expect(statSync(ours('config')).mode & 0o777).toBe(0o600);
    expect(certificates()).toEqual([]);
  }, 60_000);

  it('first contact without a question, by a short name, with one certificate and its bare key, whatever an agent has', async () => {
    const ended = await open('ssh', ['-v', `${me}@web-1`, 'echo', 'in'], { SSH_AUTH_SOCK: agent.socket });
    expect(ended).toMatchObject({ status: 0, stdout: 'in\n' });
    expect(talk(ended)).toEqual([]);
    expect(offers(ended)).toEqual([expect.stringMatching(/-cert\.pub ED25519-CERT .* explicit/)]);
    // A login that nobody has on that machine: the role that has it, the bare key, and nothing else.
    const refused = await open('ssh', ['-v', 'deploy@web-1', 'true'], { SSH_AUTH_SOCK: agent.socket });
    expect(refused.status).toBe(255);
    expect(offers(refused)).toEqual([
      expect.stringMatching(/-cert\.pub ED25519-CERT .* explicit/),
      expect.stringMatching(/id_writ ED25519 .* explicit/),
    ]);
    expect(offers(refused)[0]).not.toBe(offers(ended)[0]);
    expect(existsSync(join(machine.home, '.ssh/known_hosts'))).toBe(false);
    expect(certificates()).toHaveLength(2);
    expect(issues()).toBe(2);
  }, 60_000);

  it('everything that runs on ssh: scp both ways, sftp, git, a shared connection', async () => {
    writeFileSync(at('file'), 'content');
    for (const [program, ...words] of [
      ['scp', '-q', at('file'), `${me}@web-1:${at('by-scp')}`],
      ['scp', '-q', '-O', at('file'), `${me}@web-1:${at('by-old-scp')}`],
    ]) {
      const ended = await open(program ?? '', words);
      expect(ended).toMatchObject({ status: 0, stderr: '' });
    }
    writeFileSync(at('batch'), `put ${at('file')} ${at('by-sftp')}\n`);
    expect(await open('sftp', ['-q', '-b', at('batch'), `${me}@web-1`])).toMatchObject({ status: 0 });
    for (const name of ['by-scp', 'by-old-scp', 'by-sftp'])
      expect(readFileSync(at(name), 'utf8')).toBe('content');

    const git = (...words: string[]) =>
      machine.run('git', words, {
        GIT_SSH_COMMAND: `ssh -F ${userConfig()}`,
        GIT_CONFIG_GLOBAL: '/dev/null',
      });
    expect(await git('init', '-q', '--bare', at('repository'))).toMatchObject({ status: 0 });
    expect(await git('ls-remote', `${me}@web-1:${at('repository')}`)).toMatchObject({ status: 0 });

    const path = ['-o', `ControlPath=${at('master')}`];
    const master = ['-o', 'ControlMaster=auto', '-o', 'ControlPersist=yes', ...path];
    const since = sshd.lineCount();
    expect(await open('ssh', [...master, `${me}@web-1`, 'true'])).toMatchObject({ status: 0 });
    expect(await open('ssh', [...master, `${me}@web-1`, 'echo', 'shared'])).toMatchObject({
      stdout: 'shared\n',
    });
    expect(await open('ssh', [...path, '-O', 'exit', `${me}@web-1`])).toMatchObject({ status: 0 });
    expect(sshd.log(since).match(/Accepted publickey/g)).toHaveLength(1);
    expect(issues()).toBe(2);
  }, 60_000);

  it('a certificate is renewed before its end without anybody waiting, and after it by one of two', async () => {
    const old = age(-1, 3600);
    const renewed = changed(
      certificateOf('web-admin'),
      (text) => /^# writ-1 \d+ \d+ \d+\n/.test(text) && text !== old && !text.endsWith(old.slice(-300)),
    );
    expect(await open('ssh', [`${me}@web-1`, 'true'])).toMatchObject({ status: 0, stderr: '' });
    await renewed;
    expect(issues()).toBe(3);
    age(-10, -1);
    const both = await Promise.all([1, 2].map(() => open('ssh', [`${me}@web-1`, 'true'])));
    expect(both).toMatchObject([
      { status: 0, stderr: '' },
      { status: 0, stderr: '' },
    ]);
    expect(issues()).toBe(4);
  }, 60_000);

  it('with the service away the certificate works until its end; then one line, and the user’s other keys', async () => {
    await front.stop();
    const good = age(-1, 3600);
    expect(await open('ssh', [`${me}@web-1`, 'true'])).toMatchObject({ status: 0, stderr: '' });
    age(-10, -1);
    // Under this option ssh reads its configuration, and asks, twice.
    const ended = await open('ssh', ['-v', '-o', 'CanonicalizeHostname=always', `${me}@web-1`, 'true']);
    expect(ended.status).toBe(255);
    expect(talk(ended)).toEqual([expect.stringContaining('cannot be reached')]);
    expect(offers(ended).filter((line) => line.includes('id_writ') || line.includes('CERT'))).toEqual([]);
    writeFileSync(certificateOf('web-admin'), good);
    rmSync(`${certificateOf('web-admin')}.trouble`, { force: true });
    await front.start();
  }, 60_000);

  it('a new host is known after an update, and nothing is asked', async () => {
    await acme.as(acme.owner, 'revokeRole', { params: { role: 'web-deploy', user: 'ana' } });
    await machine.data('ssh-config', 'update');
    const config = readFileSync(ours('config'), 'utf8');
    // One role is left, and one login with it.
    expect(config).toContain(`HostKeyAlias ${web}\nUser ${me}\n`);
    expect(certificates()).toHaveLength(1);
    const ended = await open('ssh', ['-v', 'web-1', 'true']);
    expect(ended.status).toBe(0);
    expect(offers(ended)).toHaveLength(1);
  }, 60_000);

  it('with --agent an agent has the last two certificates that were used, too, again after it lost them, and no more after that', async () => {
    const env = { SSH_AUTH_SOCK: agent.socket };
    const blobs = (text: string): string[] =>
      [...text.matchAll(/-cert-v01@\S+ (\S+)/g)].map(([, blob = '']) => blob);
    const held = async (): Promise<string[]> => blobs((await machine.run('ssh-add', ['-L'], env)).stdout);
    const of = (role: string): string[] => blobs(readFileSync(certificateOf(role), 'utf8'));
    const body = {
      name: 'web-audit',
      principals: 'role',
      selector: { env: 'prod' },
      maxTtlSeconds: 3600,
    } as const;
    await acme.as(acme.owner, 'createRole', { body: { ...body, logins: ['audit'] } });
    for (const role of ['web-deploy', 'web-audit'])
      await acme.as(acme.owner, 'grantRole', { params: { role }, body: { user: 'ana' } });
    await machine.data('login', '--agent');
    for (const clear of [false, true]) {
      if (clear) await machine.run('ssh-add', ['-D'], env);
      expect(await held()).toEqual([]);
      const ended = await open('ssh', ['-v', `${me}@web-1`, 'true'], env);
      expect(ended.status).toBe(0);
      expect(offers(ended)).toEqual([expect.stringContaining('ED25519-CERT')]);
      expect(await held()).toEqual(of('web-admin'));
      if (clear) continue;
      // Another's beside it, as a jump host's would be. A third one takes the place of that of the two which was used longer ago: no
      // server is to be offered all of them.
      await open('ssh', ['deploy@web-1', 'true'], env);
      expect(await held()).toEqual([...of('web-admin'), ...of('web-deploy')]);
      expect(await open('ssh', [`${me}@web-1`, 'true'], env)).toMatchObject({ status: 0 });
      await open('ssh', ['audit@web-1', 'true'], env);
      expect(await held()).toEqual([...of('web-admin'), ...of('web-audit')]);
    }
    for (const role of ['web-deploy', 'web-audit'])
      await acme.as(acme.owner, 'revokeRole', { params: { role, user: 'ana' } });
    expect(await machine.writ(['login', '--no-agent'], env)).toMatchObject({ status: 0 });
    expect(await held()).toEqual([]);
    expect(await machine.writ(['login', '--agent'], env)).toMatchObject({ status: 0 });
    expect((await open('ssh', ['web-1', 'true'], env)).status).toBe(0);
    expect(await held()).toEqual(of('web-admin'));
    // Without any agent the files do.
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.writ(['logout'], env)).toMatchObject({ status: 0 });
    expect(await held()).toEqual([]);
    await machine.data('login', '--no-agent');
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
  }, 60_000);

  it('a session that ended is one line, until somebody signs in', async () => {
    const newPassword = 'quite another passphrase';
    await acme.as(acme.owner, 'changePassword', { body: { currentPassword: password, newPassword } });
    age(-10, -1);
    for (const words of [['-o', 'CanonicalizeHostname=always'], []]) {
      const ended = await open('ssh', ['-v', ...words, 'web-1', 'true']);
      expect(ended.status).toBe(255);
      expect(offers(ended).filter((line) => /id_writ|CERT/.test(line))).toEqual([]);
      if (words.length > 0) expect(talk(ended)).toEqual([expect.stringContaining('`writ login`')]);
    }
    machine.environment = { ...machine.environment, WRIT_PASSWORD: newPassword };
    await machine.data('login');
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
  }, 60_000);

  it('whoever signs in as somebody else is told how to have a key, and goes on as nobody until then', async () => {
    await acme.member('hal');
    const ended = await machine.writ(['login', '--user', 'hal'], { WRIT_PASSWORD: password });
    expect(ended.status).toBe(7);
    expect(ended.stderr).toContain(
      'Name the one of this account: `writ login --key <file>.pub`. If it has none yet, `ssh-keygen -t ed25519 -f ~/.ssh/id_hal` makes one.',
    );
    const left = await open('ssh', ['-v', 'web-1', 'true']);
    expect(offers(left).filter((line) => line.includes('CERT'))).toEqual([]);
    expect(talk(left)).toEqual([expect.stringContaining('(`writ login --key`)')]);
    await machine.data('login', '--user', 'ana', '--key', join(machine.home, '.ssh/id_writ.pub'));
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
    // Also where ssh is not to be told of anybody's.
    const other = ['login', '--user', 'hal', '--no-ssh-config', '--json'];
    expect(await machine.writ(other, { WRIT_PASSWORD: password })).toMatchObject({ status: 0 });
    expect(existsSync(ours())).toBe(false);
    expect(readFileSync(userConfig(), 'utf8')).not.toContain('Include');
    await machine.data('login', '--user', 'ana', '--ssh-config');
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
    // And where the sign-in ends before ssh is thought of: hal may do nothing yet.
    const required = (yes: boolean) =>
      acme.ask('update organization_profiles set second_factor_required = $1', [yes]);
    await required(true);
    const early = await machine.writ(['login', '--user', 'hal', '--json'], { WRIT_PASSWORD: password });
    await required(false);
    expect(JSON.parse(early.stdout)).toMatchObject({ session: { secondFactorMissing: true } });
    const nobody = await open('ssh', ['-v', 'web-1', 'true']);
    expect(offers(nobody).filter((line) => line.includes('CERT'))).toEqual([]);
    await machine.data('login', '--user', 'ana');
    await required(true);
    expect(await machine.writ(other, { WRIT_PASSWORD: password })).toMatchObject({ status: 0 });
    await required(false);
    expect(readFileSync(userConfig(), 'utf8')).not.toContain('Include');
    await machine.data('login', '--user', 'ana', '--ssh-config');
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
  }, 60_000);

  it('logout takes away what was put in place, around what the user has written since; login brings it back', async () => {
    writeFileSync(userConfig(), `# first\n${readFileSync(userConfig(), 'utf8')}\nHost last`);
    await machine.data('logout');
    expect(readFileSync(userConfig(), 'utf8')).toBe(`# first\n${before}\nHost last`);
    expect(existsSync(ours())).toBe(false);
    await machine.data('login');
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
    await machine.data('ssh-config', 'remove');
    expect(existsSync(ours())).toBe(false);
    await machine.data('login');
    expect(readFileSync(userConfig(), 'utf8')).toBe(`# first\n${before}\nHost last`);
    expect(await machine.writ(['ssh-config', 'update'])).toMatchObject({ status: 2 });
  }, 60_000);

  it('who reached no host at sign-in finds one by the ssh after the one that asks for it', async () => {
    await acme.member('bo');
    const other = new Machine({ WRIT_PASSWORD: password, SHELL: '/bin/sh' });
    try {
      const words = ['login', '--url', `http://127.0.0.1:${front.port}`, '--user', 'bo', '--ssh-config'];
      await other.data(...words);
      const there = join(other.home, '.config/writ/ssh');
      const ssh = (name: string, ...options: readonly string[]) =>
        other.run('ssh', ['-F', join(other.home, '.ssh/config'), ...options, `${me}@${name}`, 'echo in']);
      const nowhere = ['-o', 'BatchMode=yes', '-o', 'ProxyCommand=false'];
      await acme.as(acme.owner, 'grantRole', { params: { role: 'web-admin' }, body: { user: 'bo' } });
      const reaches = (): number => front.count('GET /v1/reach');
      const before = reaches();
      // Within the ten minutes nothing is asked, and never for a name that is nobody's.
      for (const name of [web, 'web-1', 'github.com']) await ssh(name, ...nowhere);
      const looked = Number(readFileSync(join(there, 'looked'), 'utf8'));
      writeFileSync(join(there, 'looked'), `${looked - 601}\n`);
      await ssh('github.com', ...nowhere);
      expect(readFileSync(join(there, 'looked'), 'utf8')).toBe(`${looked - 601}\n`);
      const found = changed(join(there, 'inventory.json'), (text) => text.includes(web));
      expect((await ssh('web-1', ...nowhere)).status).toBe(255);
      await found;
      expect(reaches()).toBe(before + 1);
      const ended = await ssh('web-1', '-o', 'BatchMode=yes');
      expect(ended).toMatchObject({ status: 0, stdout: 'in\n', stderr: '' });
    } finally {
      other.remove();
    }
  }, 60_000);

  it('a host that was revoked is refused, wherever its name leads; a list that ssh cannot read is fetched again', async () => {
    await machine.data('login', '--ssh-config');
    const list = ours(`revoked_hosts/${acme.handle}`);
    const revoke = (named: object) => acme.as(acme.owner, 'revoke', { body: { ...named, reason: 'stolen' } });
    await revoke({ publicKey: newKey().fingerprint });
    await machine.data('hosts');
    expect(statSync(list).mode & 0o777).toBe(0o600);
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
    // Without a list that it can read ssh believes no host.
    writeFileSync(list, 'damaged');
    expect((await open('ssh', ['web-1', 'true'])).status).toBe(255);
    await machine.data('hosts');
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
    rmSync(list);
    expect((await open('ssh', ['web-1', 'true'])).status).toBe(255);

    // What was revoked of one's own is taken away, and the next ssh gets another.
    for (const command of [['hosts'], ['whoami'], ['explain', 'web-1', me]]) {
      await revoke({ role: 'web-admin' });
      await machine.data(...command);
      expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
    }

    // Without a word of anybody: ssh asks behind its back what is new where it has not for ten minutes. The first one tries what was revoked.
    await revoke({ role: 'web-admin' });
    const asked = (): number => Number(readFileSync(ours('looked'), 'utf8'));
    const [held] = readdirSync(ours('certificates')).filter((name) => name.endsWith('-cert.pub'));
    const old = readFileSync(ours(`certificates/${held}`), 'utf8');
    writeFileSync(ours('looked'), `${asked() - 601}\n`);
    const gone = new Promise<void>((resolve) => {
      const watcher = watch(ours('certificates'), () => {
        if (existsSync(ours(`certificates/${held}`))) return;
        watcher.close();
        resolve();
      });
    });
    await open('ssh', ['web-1', 'true']);
    await gone;
    expect(await open('ssh', ['web-1', 'true'])).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(ours(`certificates/${held}`), 'utf8')).not.toBe(old);
    expect(asked()).toBeGreaterThan(Date.now() / 1000 - 600);

    await revoke({ host: 'web-1' });
    await machine.data('hosts');
    const there = ['-o', 'HostName=127.0.0.1', '-o', `Port=${sshd.port}`, '-o', `HostKeyAlias=${web}`];
    const refused = await open('ssh', [...there, `${me}@${web}`, 'true']);
    expect(refused.status).toBe(255);
    expect(refused.stderr).toMatch(/revoked/);
    // It is the list that keeps it out: the host CA is believed as before.
    const believed = await open('ssh', [
      '-v',
      ...there,
      '-o',
      'RevokedHostKeys=none',
      `${me}@${web}`,
      'true',
    ]);
    expect(believed.stderr).toMatch(/is known and matches the .*-CERT host certificate/);
  }, 60_000);
});

interface Agent {
  readonly socket: string;
  stop(): void;
}

/** An agent with so many keys that have nothing to do with this. */
async function startAgent(keys: number): Promise<Agent> {
  const socket = at('agent');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  mkdirSync(at('others'));
  const files = Array.from({ length: keys }, (_, index) => at(`others/${index}`));
  await Promise.all(
    files.map((file) => machine.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file])),
  );
  expect(await machine.run('ssh-add', ['-q', ...files], { SSH_AUTH_SOCK: socket })).toMatchObject({
    status: 0,
  });
  return { socket, stop: () => child.kill() };
}

/** Resolves when a file has become what is waited for. */
function changed(file: string, wanted: (text: string) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(file), () => {
      if (!existsSync(file) || !wanted(readFileSync(file, 'utf8'))) return;
      watcher.close();
      resolve();
    });
  });
}
