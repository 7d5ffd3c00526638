import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeAt } from '@writ/testkit/authenticator';
import type { SshResult } from '@writ/testkit/sshd';
import { KitHost } from '../e2e/kit-host.js';
import { TestOrganization } from '../e2e/organization.js';
import { password } from '../e2e/service.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const me = userInfo().username;
const base = mkdtempSync(join(tmpdir(), 'writ-pages-'));

/** Somebody at their own machine, with a home of their own. */
interface Person {
  readonly name: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
}

let acme: TestOrganization;
const [ana, bo, eva, machine] = ['ana', 'bo', 'eva', 'machine'].map(person) as [
  Person,
  Person,
  Person,
  Person,
];
let hosts: {
  readonly web1: KitHost;
  readonly web2: KitHost;
  readonly bastion: KitHost;
  readonly acmes: KitHost;
};

/**
 * Blocks of a page fenced as `sh` are run, in this order, by the one who is said to type them; `text` is what is only shown.
 */
const typists: readonly (readonly [string, readonly (() => Person | KitHost)[]])[] = [
  ['providers', [() => ana, () => ana, () => bo, () => ana, () => bo, () => bo, () => ana]],
  [
    'operators',
    [
      () => bo,
      () => hosts.web1,
      () => bo,
      () => bo,
      () => bo,
      () => bo,
      () => bo,
      () => hosts.web1,
      () => bo,
      () => bo,
      () => bo,
      () => hosts.web2,
      () => bo,
    ],
  ],
  ['engineers', [() => eva, () => eva, () => eva]],
  ['service-accounts', [() => ana, () => machine, () => machine, () => ana, () => ana]],
];
const blocksOf = (page: string, language: string): string[][] =>
  [...readFileSync(join(root, `docs/${page}.md`), 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
    .filter(([, fence]) => fence === language)
    .map(([, , block = '']) => block.trimEnd().split('\n'));

function person(name: string): Person {
  const home = join(base, name);
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, '.ssh/config'), '# mine\n', { mode: 0o600 });
  const path = `${join(base, 'bin')}:${process.env['PATH'] ?? ''}`;
  return {
    name,
    home,
    env: { PATH: path, HOME: home, SHELL: '/bin/sh', LC_ALL: 'C.UTF-8', WRIT_PASSWORD: password },
  };
}

/** What was printed so far that a later command takes. */
const printed = {
  invitation: '',
  id: '',
  newKey: '',
  tokens: new Map<string, string>(),
  getKit: [] as string[],
};

/** What differs between the machines of the page and this one: addresses, logins that exist here, and a terminal to ask on. */
function here(line: string): string {
  const { port } = hosts.web1.sshd;
  return line
    .replace(/\s+#.*$/, '')
    .replace('https://ca.acme.example', acme.url)
    .replace('<id>', printed.id)
    .replace('10.0.0.7 --port 2222', `127.0.0.1 --port ${port}`)
    .replace(/^(ssh) root@(.*)/, `$1 ${me}@$2 true`)
    .replace(/(--logins |explain \S+ )root\b/, `$1${me}`)
    .replace(/^writ login --url.*/, '$& --ssh-config')
    .replace(/writ-host leave$/, '$& --yes')
    .replace(/^writ second-factor add/, '$& --code-file -')
    .replace(/^writ host approve .*/, `$& --fingerprint ${printed.newKey}`);
}

/** Runs a line; what its program asks for on standard input is answered. */
function typed({ home, env }: Person, line: string): Promise<SshResult> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', line], {
      cwd: home,
      env: { ...env, WRIT_INVITATION: printed.invitation },
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const secret = /^otpauth:.*[?&]secret=([A-Z2-7]+)/m.exec(stdout)?.[1];
      if (secret !== undefined && child.stdin.writable) child.stdin.end(`${codeAt(secret, Date.now())}\n`);
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    if (!line.includes('--code-file -')) child.stdin.end();
    child.once('close', (status) => resolve({ status: status ?? 255, stdout, stderr }));
  });
}

/** Runs a line where it is typed; it must succeed. */
async function does(who: Person | KitHost, line: string): Promise<SshResult> {
  const result = who instanceof KitHost ? await who.run(line) : await typed(who, line);
  expect({ line, ...result }).toEqual({ line, ...result, status: 0 });
  return result;
}

/** Pastes on the host what was printed with its token, and joins. */
async function joins(host: KitHost, names: string): Promise<void> {
  host.token(printed.tokens.get(names) ?? '');
  for (const line of printed.getKit) await does(host, line);
}

/** Makes a key on the machine, and takes its public half to whoever registers it. */
async function makesKey(name: string): Promise<void> {
  await does(machine, `ssh-keygen -q -t ed25519 -N '' -f ${name}`);
  copyFileSync(join(machine.home, `${name}.pub`), join(ana.home, `${name}.pub`));
}

function keepPrinted({ stdout, stderr }: SshResult): void {
  printed.invitation = /^writ_i\.\S+$/m.exec(stdout)?.[0] ?? printed.invitation;
  printed.id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(stdout)?.[0] ?? printed.id;
  const token = /^writ-join-1\S+$/m.exec(stdout)?.[0];
  if (token === undefined) return;
  printed.tokens.set(token.split('|')[5] ?? '', token);
  printed.getKit = stderr
    .split('\n')
    .flatMap((line) => /^ {2}(?:cd .* && )?((?:curl|echo) .*) &&$/.exec(line)?.[1] ?? []);
}

/** What happens in the world before a command of a page. */
const meanwhile: readonly (readonly [RegExp, () => Promise<void>])[] = [
  [/key add deploy --key deploy_key/, () => makesKey('deploy_key')],
  [/key add deploy --key new_key/, () => makesKey('new_key')],
  [/^sh writ-host join --dry-run/, () => joins(hosts.web1, 'web-1.globex.example')],
  [
    /^writ role create jump/,
    async () => {
      await joins(hosts.bastion, 'bastion.globex.example');
      await does(hosts.bastion, 'sh writ-host join');
      await does(bo, `writ host set bastion --address 127.0.0.1 --port ${hosts.bastion.sshd.port}`);
    },
  ],
  [/^writ host set web-1 --jump/, async () => void (await does(hosts.bastion, 'writ-host sync'))],
  [
    /^writ host refuse/,
    async () => {
      printed.newKey = hosts.web1.newKey();
      expect(await hosts.web1.run('writ-host sync')).toMatchObject({
        status: 6,
        stderr: expect.stringContaining('(host_keys_waiting)') as string,
      });
    },
  ],
  [
    /^writ host bundle-key list/,
    async () => {
      const { web1, web2, bastion } = hosts;
      await Promise.all([web1, web2, bastion].map((host) => does(host, 'writ-host sync')));
    },
  ],
];
/** And after it. */
const then: readonly (readonly [RegExp, (result: SshResult) => Promise<void>])[] = [
  [
    /^writ host token create --name 'web-\*.*--org globex/,
    async () => {
      await joins(hosts.web2, 'web-*.globex.example');
      await does(hosts.web2, 'sh writ-host join');
    },
  ],
  [/^writ org reopen/, async () => void (await does(bo, 'writ login'))],
  [/^writ host kit/, async ({ stdout }) => void (await does(hosts.web1, stdout.trim()))],
];

beforeAll(async () => {
  // Logins must get through to the principals files.
  chmodSync(base, 0o755);
  mkdirSync(join(base, 'bin'));
  const path = process.env['PATH'] ?? '';
  const commands = [['writ', `exec '${process.execPath}' '${root}/apps/cli/bin/writ.js' "$@"`]];
  // Where the user's configuration is: these would look in the real home.
  for (const program of ['ssh', 'scp', 'sftp'])
    commands.push([program, `PATH='${path}' exec ${program} -F "$HOME/.ssh/config" -o BatchMode=yes "$@"`]);
  for (const [name = '', command] of commands)
    writeFileSync(join(base, 'bin', name), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  const start = (directory: string, name: string, more: readonly string[] = []) =>
    KitHost.start(join(base, directory), name, more);
  const [organization, web1, web2, bastion, acmes] = await Promise.all([
    TestOrganization.start(),
    // Says which authority it does not believe.
    start('web1', 'web-1.globex.example', ['LogLevel DEBUG2']),
    start('web2', 'web-2.globex.example'),
    start('bastion', 'bastion.globex.example'),
    start('acmes', 'web-1.acme.example'),
  ]);
  acme = organization;
  hosts = { web1, web2, bastion, acmes };
  await does(ana, `writ login --url ${acme.url} --user ana`);
  await acme.member('eva');
  await acme.as(acme.owner, 'createRole', {
    body: { name: 'web', principals: 'role', selector: { env: 'prod' }, logins: [me], maxTtlSeconds: 3600 },
  });
  await acme.as(acme.owner, 'grantRole', { params: { role: 'web' }, body: { user: 'eva' } });
  keepPrinted(await does(ana, 'writ host token create --name web-1.acme.example --label env=prod'));
  await joins(acmes, 'web-1.acme.example');
  await does(acmes, 'sh writ-host join');
  await does(ana, `writ host set web-1 --address 127.0.0.1 --port ${acmes.sshd.port}`);
}, 120_000);

afterAll(async () => {
  await Promise.all(Object.values(hosts).map(({ sshd }: KitHost) => sshd.stop()));
  await acme.stop();
  rmSync(base, { recursive: true, force: true, maxRetries: 5 });
});

it('every block of the pages is run, but for these', () => {
  for (const [page, who] of typists) {
    expect([page, blocksOf(page, 'sh').length]).toEqual([page, who.length]);
    expect([page, blocksOf(page, '')]).toEqual([page, []]);
  }
  const shown = typists.flatMap(([page]) => blocksOf(page, 'text').map((lines) => [page, lines.at(-1)]));
  expect(shown).toEqual([
    ['operators', 'sh writ-host join'],
    ['operators', expect.stringMatching(/^enforced on 41 of 43 hosts/) as string],
    ['operators', expect.stringMatching(/^1 of 2 hosts refused the canary/) as string],
    ['operators', expect.stringMatching(/^ana is locked until /) as string],
    // krl-versions.test.ts runs the second as it stands.
    ['operators', expect.stringMatching(/^writ krl fetch -o /) as string],
    ['operators', 'done'],
    // On the service's machine, where it does not run: api-commands.test.ts does it.
    ['operators', 'systemctl start writ'],
    ['operators', expect.stringMatching(/^writ revoke --user uma/) as string],
    // What somebody else types where a key was registered by somebody who is gone.
    ['service-accounts', 'writ service-account key add deploy --key deploy_key.pub'],
  ]);
});

it.each(typists)('docs/%s.md: the commands that it names exist', (page) => {
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const commands = [...read('docs/cli.md').matchAll(/^### (writ .*)$/gm)].map(([, name]) => `${name} `);
  const kit = /^Commands\n([\s\S]*?)\n\n/m.exec(read('apps/host/writ-host'))?.[1] ?? '';
  commands.push(...[...kit.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => `writ-host ${name} `));
  const named = [...read(`docs/${page}.md`).matchAll(/`(?:sh )?(writ(?:-host)? [^`]*)`/g)];
  const unknown = named.filter(([, line]) => !commands.some((command) => `${line} `.startsWith(command)));
  expect([named.length > 0, unknown.map(([, line]) => line)]).toEqual([true, []]);
});

it.each(typists)(
  'docs/%s.md: the commands do what they say, in this order',
  async (page, who) => {
    for (const [index, lines] of blocksOf(page, 'sh').entries()) {
      const typist = who[index]?.();
      if (typist === undefined) throw new Error(`nobody types block ${index} of ${page}`);
      for (const line of lines) {
        for (const [, before] of meanwhile.filter(([pattern]) => pattern.test(line))) await before();
        const result = await does(typist, here(line));
        keepPrinted(result);
        for (const [, after] of then.filter(([pattern]) => pattern.test(line))) await after(result);
      }
    }
  },
  180_000,
);

it('what was done by them is so', () => {
  const { bastion, web1, web2 } = hosts;
  expect(hosts.acmes.sshd.log()).toMatch(/Accepted publickey for .* ID deploy@acme\/web /);
  expect(bastion.sshd.log()).toMatch(/Accepted publickey for .* ID bo@globex\/jump /);
  expect(web1.sshd.log()).toMatch(/Accepted publickey for .* ID bo@globex\/web-admin /);
  expect(web2.config()).toBe(web2.original);
  expect(readFileSync(join(eva.home, '.ssh/config'), 'utf8')).toBe('# mine\n');
  for (const { home } of [bo, eva]) expect(existsSync(join(home, '.ssh/known_hosts'))).toBe(false);
});

describe('plain ssh of somebody who has signed in', () => {
  beforeAll(async () => void (await does(eva, 'writ login --ssh-config')));

  it('carries what Ansible runs: a connection kept for its commands, a terminal, files by sftp and scp', async () => {
    const shared = `-C -o ControlMaster=auto -o ControlPersist=60s -o ControlPath=${base}/%C -o ConnectTimeout=10`;
    const method = '-o KbdInteractiveAuthentication=no -o PasswordAuthentication=no';
    const ansible = `${shared} ${method} -o 'User="${me}"'`;
    // An sshd that is not root's cannot hand a terminal over.
    const terminal = userInfo().uid === 0 ? '-tt' : '';
    const since = hosts.acmes.sshd.lineCount();
    writeFileSync(join(eva.home, 'module.py'), 'a module');
    await does(eva, `ssh ${ansible} web-1 "/bin/sh -c 'mkdir -p ${base}/ansible && echo made'"`);
    await does(eva, `echo 'put ${eva.home}/module.py ${base}/ansible/by-sftp' | sftp -b - ${ansible} web-1`);
    await does(eva, `scp ${ansible} '${eva.home}/module.py' web-1:${base}/ansible/by-scp`);
    const ran = await does(eva, `ssh ${ansible} ${terminal} web-1 "/bin/sh -c 'cat ${base}/ansible/by-*'"`);
    expect(ran.stdout).toBe('a modulea module');
    await does(eva, `ssh ${ansible} -O exit web-1`);
    expect(hosts.acmes.sshd.log(since).match(/Accepted publickey/g)).toHaveLength(1);
  }, 60_000);

  it('carries rsync, both ways', async () => {
    mkdirSync(join(eva.home, 'tree/below'), { recursive: true });
    writeFileSync(join(eva.home, 'tree/below/file'), 'content');
    await does(
      eva,
      `rsync -a tree/ ${me}@web-1:${base}/rsynced/ && rsync -a ${me}@web-1:${base}/rsynced/ back/`,
    );
    expect(readFileSync(join(eva.home, 'back/below/file'), 'utf8')).toBe('content');
  }, 60_000);
});

describe('two organizations, each with an sshd', () => {
  const at = (name: string): string => join(base, name);
  /** Of eva, with one certificate and nothing of a configuration; known_hosts has what is said. */
  const attempt = (host: KitHost, certificate: string, trust: string): Promise<SshResult> => {
    const key = `-i ~/.ssh/id_writ -o CertificateFile=${certificate} -o IdentitiesOnly=yes -o IdentityAgent=none`;
    const where = `-F none -p ${host.sshd.port} -o GlobalKnownHostsFile=none ${trust}`;
    return typed(eva, `PATH='${process.env['PATH']}' ssh ${where} ${key} ${me}@127.0.0.1 echo in`);
  };
  const anyHost = `-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null`;
  const unknownHost = expect.stringMatching(
    /No \S+ host key is known .*\s*Host key verification failed/,
  ) as string;
  const strict = (alias: string) =>
    `-o StrictHostKeyChecking=yes -o UserKnownHostsFile=${at('known_hosts')} -o HostKeyAlias=${alias}`;

  beforeAll(async () => {
    await does(eva, `ssh ${me}@web-1 true`);
    const directory = join(eva.home, '.config/writ/ssh/certificates');
    const [own = ''] = readdirSync(directory).filter((name) => name.endsWith('-cert.pub'));
    copyFileSync(join(directory, own), at('own-cert.pub'));
    writeFileSync(at('known_hosts'), (await acme.raw(null, 'GET', '/trust/known_hosts')).text);
  });

  it('certificates of one never log in at another’s host, whatever role they name', async () => {
    // Its own CA signs what globex's host asks for, to the letter.
    const [theirs] = await acme.ask<{ handle: string }>(`select handle from roles where name = 'web-admin'`);
    const wanted = `role:${theirs?.handle}`;
    const principals = readFileSync(join(hosts.web1.directory, `kit/current/principals/${me}`), 'utf8');
    expect(principals).toContain(wanted);
    await acme.ask(`update roles set handle = reverse(handle) where name = 'web-admin'`);
    const own = [theirs?.handle, acme.id];
    await acme.ask(`update roles set handle = $1 where name = 'web' and organization_id = $2`, own);
    const publicKey = readFileSync(join(eva.home, '.ssh/id_writ.pub'), 'utf8').trim();
    const input = { body: { publicKey, role: 'web' } };
    const member = await acme.signIn('eva');
    const { certificate } = await acme.as(member, 'issueUserCertificate', input, await acme.another());
    writeFileSync(at('forged-cert.pub'), `${certificate}\n`);
    expect((await does(eva, `ssh-keygen -Lf '${at('forged-cert.pub')}'`)).stdout).toContain(wanted);

    expect(await attempt(hosts.acmes, at('own-cert.pub'), anyHost)).toMatchObject({ stdout: 'in\n' });
    const { sshd } = hosts.web1;
    for (const file of ['own-cert.pub', 'forged-cert.pub']) {
      const since = sshd.lineCount();
      expect(await attempt(hosts.web1, at(file), anyHost)).toMatchObject({ status: 255, stdout: '' });
      await sshd.logged(/^Failed publickey for .*-CERT .* ID eva@acme\/web /, since);
      expect(sshd.log(since)).toMatch(/CA ED25519 SHA256:\S+ is not listed in \S+\/trusted_user_ca_keys/);
    }
  }, 60_000);

  it('and the host of one is not believed to be the other’s', async () => {
    const as = (host: KitHost, alias: string) => attempt(host, at('own-cert.pub'), strict(alias));
    expect(await as(hosts.acmes, 'web-1.acme.example')).toMatchObject({ stdout: 'in\n', stderr: '' });
    for (const [host, alias] of [
      [hosts.web1, 'web-1.globex.example'],
      [hosts.web1, 'web-1.acme.example'],
      [hosts.acmes, 'web-1.globex.example'],
    ] as const)
      expect(await as(host, alias)).toMatchObject({ status: 255, stderr: unknownHost });
    // In the place of the host that plain ssh looks for.
    const straight = `-o ProxyJump=none -o HostName=127.0.0.1 -p ${hosts.acmes.sshd.port}`;
    const plain = await typed(bo, `ssh ${straight} ${me}@web-1 true`);
    expect(plain).toMatchObject({ status: 255, stderr: unknownHost });
  }, 60_000);
});
