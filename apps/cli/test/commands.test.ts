import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemStatus, type Problem } from '@writ/contract';
import { encodeKrl } from '@writ/openssh/krl';
import { exitStatus } from '../src/exit-status.js';
import { problemExitStatus } from '../src/problem-exit-status.js';
import { buildCommandLine, type Built } from './built.js';
import {
  handle,
  problem,
  signedInHome,
  startStub,
  tokens,
  user,
  writ,
  type Answer,
  type Seen,
  type StubService,
} from './stub-service.js';

const org = `/v1/organizations/${handle}`;
const keygen = (cwd: string, ...words: string[]) => execFileSync('ssh-keygen', words, { cwd, stdio: 'pipe' });

describe('commands', () => {
  let built: Built;
  let stub: StubService;
  let here: string;
  let env: Built['env'];
  let count = 0;
  beforeAll(() => {
    built = buildCommandLine();
  });
  afterAll(() => built.remove());
  beforeEach(async () => {
    stub = await startStub();
    count += 1;
    env = signedInHome(built, `home-${count}`, stub.url, tokens(1));
    here = join(built.directory, `work-${count}`);
    mkdirSync(here);
    keygen(here, '-q', '-t', 'ed25519', '-N', '', '-f', 'ca');
    keygen(here, '-q', '-t', 'ed25519', '-N', '', '-C', 'ana@laptop', '-f', 'id');
  });
  afterEach(() => stub.stop());
  const at = (name: string): string => join(here, name);
  const requests = (route: string): Seen[] => stub.seen.filter((each) => each.route === route);

  /** Signs the key that is asked for with the `ca` of this test. */
  function issuing(words: readonly string[], list = false): (seen: Seen) => Answer {
    return ({ body }) => {
      const { publicKey, publicKeys } = body as { publicKey?: string; publicKeys?: string[] };
      const certificates = (publicKeys ?? [publicKey ?? '']).map((line, index) => {
        writeFileSync(at('asked.pub'), `${line}\n`);
        keygen(here, '-q', '-s', 'ca', '-I', 'ana@acme/web', '-z', '1', '-V', '+1h', ...words, 'asked.pub');
        const certificate = readFileSync(at('asked-cert.pub'), 'utf8').trim();
        return {
          id: list ? `host:${index + 1}` : 'user:1',
          certificate,
          validBefore: '2099-01-01T00:00:00.000Z',
        };
      });
      return { status: 201, body: list ? { certificates } : certificates[0] };
    };
  }

  function answerKeys(): void {
    const challenge = {
      challenge: 'sign this',
      namespace: 'proof@writ',
      expiresAt: '2099-01-01T00:00:00.000Z',
    };
    stub.on(`POST ${org}/keys/challenges`, { status: 201, body: challenge });
    stub.on(`GET ${org}/keys`, { status: 200, body: { items: [], next: null } });
    stub.on(`POST ${org}/keys`, (seen) => {
      const { publicKey, signature } = seen.body as { publicKey: string; signature: string };
      writeFileSync(at('allowed'), `ana ${publicKey}\n`);
      writeFileSync(at('signature'), signature);
      const verify = ['-Y', 'verify', '-f', 'allowed', '-I', 'ana', '-n', 'proof@writ', '-s', 'signature'];
      execFileSync('ssh-keygen', verify, {
        cwd: here,
        input: 'sign this',
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const proved = {
        keyType: 'ssh-ed25519',
        user: 'ana',
        comment: '',
        provedAt: '2026-01-31T08:00:00.000Z',
        revokedAt: null,
      };
      return { status: 201, body: { ...proved, fingerprint: `SHA256:${'A'.repeat(43)}` } };
    });
  }

  it('cert issue makes a key, proves it, and writes the certificate beside it with right modes', async () => {
    answerKeys();
    stub.on(`POST ${org}/certificates/user`, issuing(['-n', 'deploy']));
    const ended = await writ(built, env, ['cert', 'issue', '--role', 'web', '--ttl', '8h']);
    const key = join(env['HOME'] ?? '', '.ssh/id_writ');
    expect(ended).toMatchObject({ status: 0, stdout: `${key}-cert.pub\n` });
    expect(ended.stderr).toMatch(/Made the key .*\nProving the key .*\nCertificate user:1 for deploy/);
    const modes = ['.ssh', '.ssh/id_writ', '.ssh/id_writ-cert.pub'].map(
      (name) => statSync(join(env['HOME'] ?? '', name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o644]);
    expect(requests(`POST ${org}/certificates/user`)[0]?.body).toMatchObject({
      role: 'web',
      ttlSeconds: 28_800,
    });
    expect(keygen(here, '-L', '-f', `${key}-cert.pub`).toString()).toContain('deploy');
    expect(readdirSync(join(env['HOME'] ?? '', '.ssh')).sort()).toEqual([
      'id_writ',
      'id_writ-cert.pub',
      'id_writ.pub',
    ]);
  });

  it('cert issue and host sign find out first that a certificate cannot be written', async () => {
    answerKeys();
    mkdirSync(at('id-cert.pub'));
    for (const words of [
      ['cert', 'issue', '--key', at('id.pub')],
      ['host', 'sign', at('id.pub'), '--name', 'web-1.acme.example'],
    ]) {
      const ended = await writ(built, env, words);
      expect(ended.status).toBe(1);
      expect(ended.stderr).toMatch(
        /^writ: Cannot write .*id-cert\.pub: it is a directory\. \[file_unwritable\]\n$/,
      );
    }
    expect(stub.seen).toEqual([]);
  });

  it('a name that no name can be is refused here', async () => {
    for (const words of [
      ['user', 'invite', 'Bea Smith'],
      ['user', 'show', '../ana'],
      ['role', 'grant', 'web', 'ANA'],
      ['role', 'show', 'web_1'],
    ]) {
      const ended = await writ(built, env, words);
      expect(ended.status).toBe(2);
      expect(ended.stderr).toMatch(
        /^writ: '.*' is no name: a (user )?name has 1 to .*\. \[usage_invalid\]\n$/,
      );
    }
    expect(stub.seen).toEqual([]);
  });

  it('an id that none can be is refused here, with the command that lists them', async () => {
    for (const [list, ...words] of [
      ['delegation list', 'delegation', 'show', 'first'],
      ['host token list', 'host', 'token', 'revoke', '../x'],
      ['revoked list', 'revoked', 'show', '7'],
    ]) {
      const { status, stderr } = await writ(built, env, words);
      expect([status, stderr]).toEqual([
        2,
        `writ: '${words.at(-1)}' is no id; \`writ ${list}\` shows them. [usage_invalid]\n`,
      ]);
    }
    expect(stub.seen).toEqual([]);
  });

  it('cert issue asks again with the same Idempotency-Key when the answer was lost', async () => {
    answerKeys();
    stub.on(`POST ${org}/certificates/user`, 'lost', issuing(['-n', 'deploy']));
    expect(await writ(built, env, ['cert', 'issue', '--key', at('id.pub')])).toMatchObject({ status: 0 });
    const keys = requests(`POST ${org}/certificates/user`).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('cert issue proves a key once, and finds it on a later page', async () => {
    const listed = keygen(here, '-lf', 'id.pub').toString().split(' ')[1];
    const proved = {
      keyType: 'ssh-ed25519',
      user: 'ana',
      comment: '',
      provedAt: '2026-01-31T08:00:00.000Z',
      revokedAt: null,
    };
    stub.on(
      `GET ${org}/keys`,
      {
        status: 200,
        body: { items: [{ ...proved, fingerprint: `SHA256:${'A'.repeat(43)}` }], next: 'more' },
      },
      { status: 200, body: { items: [{ ...proved, fingerprint: listed }], next: null } },
    );
    stub.on(`POST ${org}/certificates/user`, issuing(['-n', 'deploy']));
    const ended = await writ(built, env, ['cert', 'issue', '--key', at('id'), '--json']);
    expect(ended).toMatchObject({ status: 0 });
    expect(JSON.parse(ended.stdout)).toMatchObject({ id: 'user:1', validBefore: '2099-01-01T00:00:00.000Z' });
    expect(requests(`POST ${org}/keys/challenges`)).toEqual([]);
  });

  it.each<[string, readonly string[]]>([
    ['a host certificate', ['-h', '-n', 'web-1']],
    ['for another key', ['-n', 'deploy', 'ca.pub']],
  ])('cert issue writes nothing when the answer is %s', async (_, words) => {
    answerKeys();
    stub.on(`POST ${org}/certificates/user`, (seen) => {
      const answer = issuing(words)(seen);
      if (answer === 'lost' || words.at(-1) !== 'ca.pub') return answer;
      const certificate = readFileSync(at('ca-cert.pub'), 'utf8').trim();
      return { ...answer, body: { ...(answer.body as object), certificate } };
    });
    const ended = await writ(built, env, ['cert', 'issue', '--key', at('id.pub')]);
    expect(ended.status).toBe(5);
    expect(ended.stderr).toContain('[answer_unexpected]');
    expect(existsSync(at('id-cert.pub'))).toBe(false);
  });

  it('cert issue says so when the private key is not at hand', async () => {
    answerKeys();
    writeFileSync(at('lonely.pub'), readFileSync(at('id.pub')));
    const ended = await writ(built, env, ['cert', 'issue', '--key', at('lonely.pub')]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('[ssh_keygen_failed]');
  });

  it('cert issue will not take a certificate for a key', async () => {
    keygen(here, '-q', '-s', 'ca', '-I', 'x', '-n', 'x', 'id.pub');
    expect(await writ(built, env, ['cert', 'issue', '--key', at('id-cert.pub')])).toMatchObject({
      status: 2,
    });
  });

  it('host sign writes a certificate beside every key, or none at all', async () => {
    keygen(here, '-q', '-t', 'ecdsa', '-N', '', '-f', 'id2');
    const words = ['host', 'sign', at('id.pub'), at('id2.pub'), '--name', 'web-1.acme.example', '--replace'];
    stub.on(`POST ${org}/certificates/host`, (seen) => {
      const answer = issuing(['-h', '-n', 'web-1.acme.example'], true)(seen);
      const { certificates } = (answer === 'lost' ? {} : answer.body) as { certificates: unknown[] };
      return { status: 201, body: { certificates: certificates.slice(0, 1) } };
    });
    expect(await writ(built, env, words)).toMatchObject({ status: 5 });
    expect([existsSync(at('id-cert.pub')), existsSync(at('id2-cert.pub'))]).toEqual([false, false]);

    stub.on(`POST ${org}/certificates/host`, issuing(['-h', '-n', 'web-1.acme.example'], true));
    expect(await writ(built, env, words)).toMatchObject({
      status: 0,
      stdout: `${at('id-cert.pub')}\n${at('id2-cert.pub')}\n`,
    });
    expect(requests(`POST ${org}/certificates/host`).at(-1)?.body).toMatchObject({
      ...{ names: ['web-1.acme.example'], replace: true },
    });
  });

  it('revoke --cert takes certificates of this organization only', async () => {
    keygen(here, '-q', '-s', 'ca', '-I', 'x', '-n', 'x', '-z', '5', 'id.pub');
    const authority = {
      ...{
        id: '00000000-0000-4000-8000-000000000002',
        kind: 'user',
        state: 'active',
        keyType: 'ssh-ed25519',
      },
      ...{
        publicKey: 'x',
        maxValiditySeconds: 3600,
        createdAt: '2026-01-31T08:00:00.000Z',
        believedUntil: null,
      },
    };
    const page = (fingerprint: string) => ({
      ...{ status: 200, body: { items: [{ ...authority, fingerprint }], next: null } },
    });
    stub.on(`GET ${org}/authorities`, page(`SHA256:${'A'.repeat(43)}`));
    const words = ['revoke', '--cert', at('id-cert.pub'), '--reason', 'lost'];
    const refused = await writ(built, env, words);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('[certificate_not_ours]');

    stub.on(`GET ${org}/authorities`, page(keygen(here, '-lf', 'ca.pub').toString().split(' ')[1] ?? ''));
    const result = {
      krlVersion: '4',
      certificates: 1,
      serials: 0,
      keys: 0,
      sessionsEnded: 0,
      cut: 0,
      alreadyRevoked: false,
      revocation: '0b8fb92c-0d5e-4ac5-9bbd-5a2a7d9bd1a4',
      elsewhere: [],
    };
    stub.on(`POST ${org}/revocations`, { status: 201, body: result });
    // As those that are kept for ssh are.
    writeFileSync(at('id-cert.pub'), `# writ-1 1 2 3\n\n${readFileSync(at('id-cert.pub'), 'utf8')}`);
    const ended = await writ(built, env, [...words, '--json']);
    expect(JSON.parse(ended.stdout)).toEqual(result);
    expect((await writ(built, env, ['cert', 'show', at('id-cert.pub')])).status).toBe(0);
    const [sent] = requests(`POST ${org}/revocations`);
    expect(sent?.body).toEqual({ certificates: ['user:5'], reason: 'lost' });
    expect(sent?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('lock says until when, and names what follows where --yes is wanted; unlock undoes it', async () => {
    const result = {
      ...{ user: 'bea', lockedUntil: '2026-02-03T16:02:07.000Z', krlVersion: '42' },
      ...{ certificates: 3, keys: 1, cut: 4, sessionsEnded: 0 },
      ...{ revocation: '0b8fb92c-0d5e-4ac5-9bbd-5a2a7d9bd1a4', elsewhere: [] },
    };
    const unconfirmed = problem('lock_unconfirmed', 409);
    const nothing = { ...result, certificates: 0, keys: 0, cut: 0, krlVersion: '0' };
    stub.on(
      `POST ${org}/locks`,
      { status: 201, body: nothing },
      { status: 201, body: result },
      { status: 409, body: unconfirmed },
    );
    const words = ['lock', '--user', 'bea', '--for', '2h', '--reason', 'laptop missing'];
    const idle = await writ(built, env, words);
    expect(idle.stderr).toBe('bea is locked until 2026-02-03 16:02 UTC.\n');
    const locked = await writ(built, env, words);
    expect(locked.stderr).toMatch(
      /^bea is locked until 2026-02-03 16:02 UTC: 3 certificates, 1 key\. KRL version 42; /,
    );
    expect(requests(`POST ${org}/locks`)[0]?.body).toEqual({
      ...{ user: 'bea', seconds: 7200, reason: 'laptop missing', cut: true, confirmed: false },
    });
    const refused = await writ(built, env, [...words, '--no-cut']);
    expect(refused.stderr).toContain('[lock_unconfirmed]');
    expect(requests(`POST ${org}/locks`)[2]?.body).toMatchObject({ cut: false });
    const failures = [{ rule: 'own_account', message: 'This is your own account.' }];
    stub.on(
      `POST ${org}/locks`,
      { status: 409, body: problem('lock_unconfirmed', 409, { failures }) },
      { status: 201, body: nothing },
    );
    const said = await writ(built, env, [...words, '--yes']);
    expect(said.stderr).toMatch(/^warning: This is your own account\.\nbea is locked until /);
    expect(requests(`POST ${org}/locks`).at(-1)?.body).toMatchObject({ confirmed: true });
    stub.on(`POST ${org}/locks`, { status: 201, body: nothing });
    expect((await writ(built, env, ['lock', '--user', 'bea', '--for', '2h'])).status).toBe(0);
    expect(requests(`POST ${org}/locks`).at(-1)?.body).not.toHaveProperty('reason');
    expect((await writ(built, env, ['lock', '--user', 'bea', '--for', '31d'])).status).toBe(2);
    const unlocked = (state: string) => ({ status: 201, body: { user: 'bea', krlVersion: '43', state } });
    stub.on(`POST ${org}/unlocks`, unlocked('active'), unlocked('disabled'));
    for (const words of [
      /^bea is not locked any more\. .*let it in again/,
      /^bea .*, and stays closed: [^]*(?<!again.*)$/,
    ])
      expect((await writ(built, env, ['unlock', '--user', 'bea'])).stderr).toMatch(words);
  });

  describe('output that goes nowhere', () => {
    const shell = (line: string) =>
      new Promise<{ status: number; stderr: string }>((resolve) => {
        execFile('bash', ['-c', `set -o pipefail; ${line}`], { env }, (error, _, stderr) =>
          resolve({ status: error === null ? 0 : Number(error.code), stderr }),
        );
      });
    const invited = () => {
      const invitation = {
        user: { ...user, name: 'bea' },
        invitation: 'writ_i.x',
        expiresAt: user.createdAt,
      };
      stub.on(`POST ${org}/users`, { status: 201, body: invitation });
    };

    it('does not keep cert issue from its work, whichever stream it is', async () => {
      answerKeys();
      stub.on(`POST ${org}/certificates/user`, issuing(['-n', 'deploy']));
      const issue = `writ cert issue --key ${at('id.pub')}`;
      // The other end has been closed before the first byte.
      for (const redirected of ['2>', '>']) {
        const line = `(sleep 0.2; ${issue} ${redirected}&7) 7> >(true)`;
        const { status } = await shell(line);
        expect(status).toBe(redirected === '>' ? 141 : 0);
        expect(existsSync(at('id-cert.pub'))).toBe(true);
        rmSync(at('id-cert.pub'));
      }
    });

    it('is said in one line where there is no room', async () => {
      stub.on(`GET ${org}/users`, { status: 200, body: { items: [user], next: null } });
      expect(await shell('writ user list > /dev/full')).toEqual({
        status: 1,
        stderr: 'writ: Cannot write standard output: no space left on the disk. [file_unwritable]\n',
      });
      const { status, stderr } = await shell('writ user list --json > /dev/full');
      expect([status, JSON.parse(stderr)]).toEqual([1, expect.objectContaining({ code: 'file_unwritable' })]);
    });

    it('is said with how to get another invitation', async () => {
      invited();
      const { status, stderr } = await shell('writ user invite bea > /dev/full');
      expect(status).toBe(1);
      expect(stderr).toMatch(/is lost: `writ user reset bea` makes another\. \[file_unwritable\]\n$/);
      const quiet = await shell('(sleep 0.2; writ user invite bea >&7) 7> >(true)');
      expect(quiet.status).toBe(141);
      expect(quiet.stderr).toContain('`writ user reset bea` makes another');
    });
  });

  describe('--org', () => {
    const entry = {
      handle: 'globexglobexglob',
      name: 'globex',
      kind: 'customer',
      state: 'active',
      namePatterns: ['*.globex.example'],
      hasOwner: false,
      acting: 'provider',
    };
    const listed = (...items: object[]) =>
      stub.on('GET /v1/organizations', { status: 200, body: { items, next: null } });

    it('works in the organization of that name', async () => {
      listed(entry);
      const users = `GET /v1/organizations/${entry.handle}/users`;
      stub.on(users, { status: 200, body: { items: [], next: null } });
      expect((await writ(built, env, ['user', 'list', '--org', 'globex'])).status).toBe(0);
      expect(stub.seen.map(({ route }) => route)).toEqual(['GET /v1/organizations', users]);
      expect(stub.queries('GET /v1/organizations')).toEqual([{ name: 'globex' }]);
    });

    it.each([
      [['group', 'add', 'oncall', 'bea'], 'POST', 'groups/oncall/members'],
      [['group', 'remove', 'oncall', 'bea'], 'POST', 'groups/oncall/members/remove'],
      [['user', 'forget-second-factor', 'bea', '--yes'], 'POST', 'users/bea/second-factor/remove'],
    ])('works there for %j', async (words, method, path) => {
      listed(entry);
      await writ(built, env, [...words, '--org', 'globex']);
      const there = stub.seen.map(({ route }) => route).filter((route) => !route.endsWith('/users/bea'));
      expect(there).toEqual(['GET /v1/organizations', `${method} /v1/organizations/${entry.handle}/${path}`]);
    });

    it('proves keys at home', async () => {
      listed({ ...entry, acting: 'delegation' });
      stub.on(`GET ${org}/keys`, { status: 200, body: { items: [], next: null } });
      const ended = await writ(built, env, ['cert', 'issue', '--org', 'globex', '--key', at('id')]);
      expect(ended.stderr).toContain('not_found');
      expect(requests(`POST ${org}/keys/challenges`)).toHaveLength(1);
    });

    it('says what a delegation does not open', async () => {
      listed({ ...entry, hasOwner: true, acting: 'delegation' });
      const detail = 'There is no such organization.';
      stub.on(`GET /v1/organizations/${entry.handle}/users`, {
        ...{ status: 404, body: problem('not_found', 404, { detail }) },
      });
      const ended = await writ(built, env, ['user', 'list', '--org', 'globex']);
      expect(ended.status).toBe(6);
      expect(ended.stderr).toMatch(/^writ: You act in globex by delegation: .* \[not_found\]\n$/);
    });

    it('says why one cannot act there, before anything is asked', async () => {
      listed();
      const unknown = await writ(built, env, ['user', 'list', '--org', 'nobody']);
      expect([unknown.status, unknown.stderr]).toEqual([
        6,
        'writ: There is no organization nobody that you could act in; `writ org list` shows yours. [organization_unknown]\n',
      ]);
      listed({ ...entry, hasOwner: true, acting: null });
      const owned = await writ(built, env, ['user', 'list', '--org', 'globex']);
      expect([owned.status, owned.stderr]).toEqual([
        6,
        'writ: You cannot act in globex: it has an owner of its own, who looks after it. [organization_unknown]\n',
      ]);
      expect(stub.seen.every(({ route }) => route === 'GET /v1/organizations')).toBe(true);
    });
  });

  describe('krl fetch', () => {
    const krl = (version: bigint): Buffer => Buffer.from(encodeKrl({ version, generatedAt: 1_800_000_000n }));
    const fetch = (...more: string[]) =>
      writ(built, env, ['krl', 'fetch', '-o', at('krl'), '--url', stub.url, '--handle', handle, ...more]);

    it('replaces the file with what was checked, and sends no token', async () => {
      stub.on(`GET ${org}/krl`, { status: 200, body: krl(3n) }, { status: 200, body: krl(4n) });
      expect(await fetch()).toMatchObject({ status: 0, stdout: '' });
      expect(statSync(at('krl')).mode & 0o777).toBe(0o644);
      const ended = await fetch('--json');
      expect(JSON.parse(ended.stdout)).toMatchObject({ krlVersion: '4', file: at('krl') });
      expect(readFileSync(at('krl'))).toEqual(krl(4n));
      expect(stub.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    });

    it('says in words that nothing is revoked yet, and then what was', async () => {
      const nothing = Buffer.from(encodeKrl({ version: 0n, generatedAt: 0n }));
      const answers = [nothing, nothing, krl(1n)].map((body) => ({ status: 200, body }));
      stub.on(`GET ${org}/krl`, ...answers);
      const first = await fetch();
      expect(first.stderr).toContain(
        `Nothing is revoked yet: an empty KRL, ${nothing.length} bytes, checked.`,
      );
      expect(first.stderr).not.toContain('1970');
      expect(readFileSync(at('krl'))).toEqual(nothing);
      const said: unknown = JSON.parse((await fetch('--json')).stdout);
      expect(said).toMatchObject({ krlVersion: '0', generatedAt: null, bytes: nothing.length });
      expect((await fetch()).stderr).toContain('KRL version 1, made 2027-01-15');
    });

    it.each<[string, Buffer, string]>([
      ['an older one', krl(2n), 'krl_older'],
      ['nothing', Buffer.alloc(0), 'krl_'],
      ['something else', Buffer.from('<html>'), 'krl_'],
      ['half of one', krl(9n).subarray(0, 30), 'wire_truncated'],
    ])('leaves the file as it is when the server has %s', async (_, body, code) => {
      writeFileSync(at('krl'), krl(3n));
      stub.on(`GET ${org}/krl`, { status: 200, body });
      const ended = await fetch();
      expect(ended.status).toBe(1);
      expect(ended.stderr).toContain(`[${code}`);
      expect(readFileSync(at('krl'))).toEqual(krl(3n));
    });

    it('does not replace a list of keys, which RevokedKeys may be too', async () => {
      writeFileSync(at('krl'), readFileSync(at('id.pub')));
      stub.on(`GET ${org}/krl`, { status: 200, body: krl(3n) });
      const ended = await fetch();
      expect(ended.stderr).toContain('[file_refused]');
      expect(readFileSync(at('krl'))).toEqual(readFileSync(at('id.pub')));
    });
  });

  describe('ca show', () => {
    it('prints lines that were read before', async () => {
      const line = readFileSync(at('ca.pub'), 'utf8').trim();
      stub.on(`GET ${org}/trust/user-ca.pub`, { status: 200, body: Buffer.from(`${line}\n`) });
      stub.on(`GET ${org}/trust/known_hosts`, {
        status: 200,
        body: Buffer.from(`@cert-authority *.acme.example ${line}\n`),
      });
      const show = (...more: string[]) =>
        writ(built, env, ['ca', 'show', '--url', stub.url, '--handle', handle, ...more]);
      expect(await show('--user')).toMatchObject({ status: 0, stdout: `${line}\n`, stderr: '' });
      expect((await show()).stdout).toBe(`${line}\n@cert-authority *.acme.example ${line}\n`);
      expect(JSON.parse((await show('--host', '--json')).stdout)).toEqual({
        ...{ trustedUserCaKeys: [], knownHosts: [`@cert-authority *.acme.example ${line}`] },
      });
    });

    it.each(['', '<html>\n', 'ssh-ed25519 AAAA\n', 'command="id" \u001b[2J\n'])(
      'prints nothing when the server answers %j',
      async (text) => {
        stub.on(`GET ${org}/trust/user-ca.pub`, { status: 200, body: Buffer.from(text) });
        const ended = await writ(built, env, ['ca', 'show', '--user', '--url', stub.url, '--handle', handle]);
        expect(ended.status).not.toBe(0);
        expect(ended.stdout).toBe('');
      },
    );
  });

  describe('problems', () => {
    const refusal = problem('request_refused', 403, {
      detail: 'That is refused.',
      failures: [
        { rule: 'ttl_too_long', message: 'Too long.' },
        { rule: 'key_unproved', message: 'Not\u001b[2Jproved.' },
      ],
    });

    it('are said with every rule that failed', async () => {
      stub.on(`GET ${org}/users`, { status: 403, body: refusal });
      expect(await writ(built, env, ['user', 'list'])).toEqual({
        status: 3,
        stdout: '',
        stderr:
          'writ: That is refused. [request_refused]\n  - Too long. [ttl_too_long]\n  - Not\\x1b[2Jproved. [key_unproved]\n',
      });
    });

    it('say one rule once', async () => {
      const message = 'a name has 1 to 63 of a-z 0-9 -';
      const detail = `The request cannot be taken as it is: body.name: ${message}.`;
      const body = problem('request_invalid', 400, { detail, failures: [{ rule: 'body.name', message }] });
      stub.on(`GET ${org}/users`, { status: 400, body });
      expect((await writ(built, env, ['user', 'list'])).stderr).toBe(
        `writ: ${detail} [request_invalid, body.name]\n`,
      );
    });

    it('are printed as they came with --json', async () => {
      stub.on(`GET ${org}/users`, { status: 403, body: refusal });
      const ended = await writ(built, env, ['user', 'list', '--json']);
      expect(ended).toMatchObject({ status: 3, stdout: '' });
      expect(JSON.parse(ended.stderr)).toEqual(refusal);
    });

    it('say when to try again, and where to look', async () => {
      const busy = problem('too_many_requests', 429, { retryAfterSeconds: 7 });
      stub.on(
        `GET ${org}/users`,
        { status: 429, body: busy },
        {
          ...{ status: 500, body: problem('internal_error', 500, { requestId: 'r-1' }) },
        },
      );
      expect((await writ(built, env, ['user', 'list'])).stderr).toContain('Try again in 7 s.');
      expect((await writ(built, env, ['user', 'list'])).stderr).toContain('request r-1');
    });

    it('each have an exit status, and none is success', () => {
      const codes = Object.keys(problemStatus) as Problem['code'][];
      expect(Object.keys(problemExitStatus).sort()).toEqual([...codes].sort());
      for (const code of codes) expect(problemExitStatus[code]).not.toBe(exitStatus.ok);
      for (const code of codes.filter((each) => problemStatus[each] === 503))
        expect(problemExitStatus[code]).toBe(exitStatus.tryAgain);
    });

    it.each<[string, Answer]>([
      ['another program', { status: 500, body: 'Internal Server Error' }],
      ['another version', { status: 200, body: { items: [{ id: 1 }], next: null } }],
    ])('are made for %s', async (_, answer) => {
      stub.on(`GET ${org}/users`, answer);
      const ended = await writ(built, env, ['user', 'list']);
      expect(ended).toMatchObject({ status: 5, stdout: '' });
      expect(ended.stderr).toContain('[answer_unexpected]');
    });
  });

  it('lists go through every page, and say when there is more', async () => {
    const certificate = {
      ...{
        id: 'user:1',
        serial: '1',
        certificateType: 'user',
        keyId: '\u001b]0;x\u0007',
        principals: ['deploy'],
      },
      ...{ validAfter: '2026-01-31T08:00:00.000Z', validBefore: '2026-01-31T09:00:00.000Z' },
      ...{ publicKeyFingerprint: `SHA256:${'A'.repeat(43)}`, authority: `SHA256:${'A'.repeat(43)}` },
      ...{ user: 'ana', role: null, issuedAt: '2026-01-31T08:00:00.000Z', revoked: true },
    };
    const page = (next: string | null) => ({ status: 200, body: { items: [certificate], next } });
    stub.on(`GET ${org}/certificates`, page('a'), page('b'), page('c'));
    const ended = await writ(built, env, ['cert', 'list', '--limit', '3', '--json']);
    expect(ended.stderr).toBe('Only the newest 3; --limit shows more.\n');
    expect(JSON.parse(ended.stdout)).toEqual([certificate, certificate, certificate]);
    const table = await writ(built, env, ['cert', 'list', '--limit', '1']);
    expect(table.stdout).toMatch(/^SERIAL .*STATE\nuser:1 .* revoked\n$/);
  });

  it('an empty list is no data, and said', async () => {
    stub.on(`GET ${org}/users`, { status: 200, body: { items: [], next: null } });
    expect(await writ(built, env, ['user', 'list'])).toEqual({
      ...{ status: 0, stdout: '', stderr: 'There are no such users.\n' },
    });
    expect((await writ(built, env, ['user', 'list', '--json'])).stdout).toBe('[]\n');
  });
});
