import { call, ProblemError } from '@writ/contract';
import { filesOfBundle } from '@writ/hosts';
import { Machine } from './cli.js';
import { TestHost } from './test-host.js';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { newKey, problemOf, TestOrganization, type Member } from './organization.js';
import { transportTo } from '../service/person.js';
import { password } from './service.js';

let acme: TestOrganization;
/** Reaches the web servers; and by another role, as somebody else, everything in production. */
let bo: Member;
/** In no role. */
let cyd: Member;
/** What each host was told when it joined, by name. */
const tokens = new Map<string, string>();

const webLabels = { env: 'prod', tier: 'web' };
const onHosts = (selector: object, logins: readonly string[]) => {
  return { principals: 'role', selector, logins, maxTtlSeconds: 3600 };
};

beforeAll(async () => {
  acme = await TestOrganization.start();
  bo = await acme.member('bo');
  cyd = await acme.member('cyd');
  await acme.role('web-admin', [bo], onHosts(webLabels, ['root', 'deploy']));
  await acme.role('prod-reader', [bo], onHosts({ env: 'prod' }, ['viewer']));
  await acme.role('db-admin', [], onHosts({ tier: 'db' }, ['root', 'postgres']));
  await acme.role('anywhere', [bo], { logins: ['backup'] });
  const hosts = {
    'web-1.acme.example': webLabels,
    'web-2.eu.acme.example': webLabels,
    'web-2.us.acme.example': { env: 'stage', tier: 'web' },
    'db-1.acme.example': { env: 'prod', tier: 'db' },
  };
  for (const [name, labels] of Object.entries(hosts))
    tokens.set(name, (await TestHost.join(acme, name, labels)).token);
});
afterAll(() => acme.stop());

async function reach(member: Member, headers: Record<string, string> = {}) {
  const answer = await fetch(`${acme.url}/v1/reach`, {
    headers: { authorization: `Bearer ${member.token}`, ...headers },
  });
  return { status: answer.status, etag: answer.headers.get('etag') ?? '', text: await answer.text() };
}

describe('GET /v1/reach', () => {
  it('says which hosts the caller reaches, by which roles, and what else they may be called', async () => {
    const { organizations } = await acme.as(bo, 'listReach');
    const role = await acme.as(acme.owner, 'showRole', { params: { role: 'web-admin' } });
    const nowhere = { address: null, port: null, jump: null };
    expect(organizations).toEqual([
      {
        handle: acme.handle,
        name: 'acme',
        namePatterns: ['*.acme.example'],
        knownHosts: (await acme.raw(null, 'GET', '/trust/known_hosts')).text,
        krl: null,
        roles: [
          expect.objectContaining({ name: 'anywhere', principals: 'logins', logins: ['backup'] }),
          expect.objectContaining({ name: 'prod-reader', principals: 'role', logins: ['viewer'] }),
          {
            name: 'web-admin',
            handle: role.handle,
            principals: 'role',
            logins: ['root', 'deploy'],
            maxTtlSeconds: 3600,
            definition: expect.any(String) as string,
            confined: false,
            keyTypes: role.keyTypes,
            extensions: ['permit-pty'],
          },
        ],
        hosts: [
          {
            name: 'db-1.acme.example',
            shortNames: ['db-1', 'db-1.acme'],
            roles: ['prod-reader'],
            ...nowhere,
          },
          {
            name: 'web-1.acme.example',
            shortNames: ['web-1', 'web-1.acme'],
            roles: ['prod-reader', 'web-admin'],
            ...nowhere,
          },
          {
            name: 'web-2.eu.acme.example',
            shortNames: ['web-2.eu', 'web-2.eu.acme'],
            roles: ['prod-reader', 'web-admin'],
            ...nowhere,
          },
        ],
      },
    ]);
    expect(organizations[0]?.knownHosts).toMatch(/^@cert-authority \*\.acme\.example ssh-ed25519 /);
  });

  it('names no host to somebody in no role', async () => {
    const { organizations } = await acme.as(cyd, 'listReach');
    expect(organizations).toMatchObject([{ name: 'acme', roles: [], hosts: [] }]);
  });

  it('is not sent again to who holds it, until a role, a membership or a host is another', async () => {
    const first = await reach(bo);
    expect(first.etag).toMatch(/^"[0-9a-f]{32}"$/);
    const held = { 'if-none-match': first.etag };
    expect(await reach(bo, held)).toMatchObject({ status: 304, etag: first.etag, text: '' });
    expect((await reach(cyd, held)).status).toBe(200);
    await TestHost.join(acme, 'web-3.acme.example', webLabels);
    const second = await reach(bo, held);
    expect(second.status).toBe(200);
    expect(second.text).toContain('web-3.acme.example');
    await acme.as(acme.owner, 'revokeRole', { params: { role: 'prod-reader', user: 'bo' } });
    const third = await reach(bo, { 'if-none-match': second.etag });
    expect(third.text).not.toContain('db-1');
    await acme.as(acme.owner, 'grantRole', { params: { role: 'prod-reader' }, body: { user: 'bo' } });
    // What is as it was before has the tag that it had.
    expect((await reach(bo)).etag).toBe(second.etag);
  });

  it('is for signed-in people only', async () => {
    expect((await reach({ name: 'nobody', token: 'nonsense' })).status).toBe(401);
  });
});

/** The lines of a file of the host's bundle. */
async function bundled(host: string, name: string): Promise<readonly string[]> {
  const { text } = await acme.raw({ name: host, token: tokens.get(host) ?? '' }, 'GET', '/host/bundle');
  return filesOfBundle(text).get(name) ?? [];
}

function explain(member: Member, host: string, login: string, user?: string) {
  return acme.as(member, 'explain', { query: { host, login, user } });
}

/** The failures of an explanation, as 'rule: message'. */
async function missing(...asked: Parameters<typeof explain>): Promise<readonly string[]> {
  return (await explain(...asked)).failures.map(({ rule, message }) => `${rule}: ${message}`);
}

describe('an explanation', () => {
  it('says by which groups somebody is in the role, or by name', async () => {
    const groups = ['everybody', 'night'];
    for (const name of groups) await acme.as(acme.owner, 'createGroup', { body: { name } });
    const put = (group: string, body: object) =>
      acme.as(acme.owner, 'addToGroup', { params: { group }, body });
    await put('everybody', { groups: ['night'] });
    await put('night', { users: ['bo'] });
    await acme.as(acme.owner, 'grantRoleToGroup', {
      ...{ params: { role: 'web-admin' }, body: { group: 'everybody' } },
    });
    for (const by of [bo, acme.owner])
      expect(await explain(by, 'web-1', 'root', 'bo')).toMatchObject({
        ...{ allowed: true, roles: [{ name: 'web-admin', paths: [[], ['everybody', 'night']] }] },
      });
    await acme.as(acme.owner, 'revokeRoleFromGroup', { params: { role: 'web-admin', group: 'everybody' } });
  });
});

describe('explaining, issuing and what hosts are told', () => {
  it('agree, on every host, as every login', async () => {
    let works = 0;
    for (const member of [acme.owner, bo]) {
      const key = newKey();
      await acme.prove(member, key);
      for (const host of tokens.keys()) {
        for (const login of ['root', 'viewer', 'backup']) {
          const explained = await explain(member, host, login);
          const body = { publicKey: key.line, host, login };
          const issued = await acme.as(member, 'issueUserCertificate', { body }).then(
            ({ certificate }) => parseCertificateLine(certificate).certificate.validPrincipals,
            (error: unknown) => {
              if (!(error instanceof ProblemError)) throw error;
              expect(error.problem).toMatchObject({ code: 'request_refused', failures: explained.failures });
              return null;
            },
          );
          expect(explained.allowed).toBe(issued !== null);
          if (issued === null) continue;
          works += 1;
          expect(await bundled(host, `principals/${login}`)).toContain(issued[0]);
        }
      }
    }
    // bo as root and viewer on two hosts, and as viewer on the third.
    expect(works).toBe(5);
  });

  it('name the missing link, as far as whoever asks may know of it', async () => {
    expect(await missing(bo, 'web-1', 'postgres')).toEqual([
      'login_not_of_role: The role prod-reader reaches web-1.acme.example as viewer, not as postgres.',
      'login_not_of_role: The role web-admin reaches web-1.acme.example as root, deploy, not as postgres.',
    ]);
    expect(await missing(acme.owner, 'db-1', 'postgres')).toEqual(
      expect.arrayContaining([
        'role_not_granted: The role db-admin reaches db-1.acme.example as postgres, and ana is not a member of it.',
      ]),
    );
    expect(await missing(acme.owner, 'web-2', 'root')).toEqual([
      'host_ambiguous: web-2 may mean web-2.eu.acme.example or web-2.us.acme.example; say which.',
    ]);
    expect(await missing(acme.owner, 'web-9', 'root')).toEqual([
      'host_unknown: There is no host web-9 that a role in sight reaches.',
    ]);
    const signed = { publicKeys: [newKey().line], names: ['old.acme.example'] };
    await acme.as(acme.owner, 'issueHostCertificates', { body: signed });
    expect(await missing(acme.owner, 'old.acme.example', 'root')).toEqual([
      expect.stringMatching(/^host_not_joined: /),
    ]);
    expect(await explain(bo, 'web-1', 'backup')).toMatchObject({
      allowed: false,
      rolesByLogins: ['anywhere'],
      failures: expect.arrayContaining([expect.objectContaining({ rule: 'role_for_logins' })]) as unknown,
    });
  });

  it('tell a member of no host that they do not reach, under whatever name', async () => {
    for (const name of ['web-2.us.acme.example', 'web-2.us', 'web-1', 'old.acme.example', 'nothing']) {
      expect(await missing(cyd, name, 'root')).toEqual([
        `host_unknown: There is no host ${name} that a role in sight reaches.`,
      ]);
    }
    // Of two that begin alike, bo reaches one.
    expect(await explain(bo, 'web-2', 'root')).toMatchObject({
      host: 'web-2.eu.acme.example',
      allowed: true,
    });
    const list = (query: object) => acme.as(cyd, 'listAccess', { query });
    expect((await problemOf(list({ host: 'db-1' }))).code).toBe('not_found');
    expect((await problemOf(list({ host: 'nothing' }))).code).toBe('not_found');
  });

  it('name what is missing on the way, where it leads through another host', async () => {
    const through = (jump: string | null) =>
      acme.as(acme.owner, 'setHost', { params: { host: 'web-1' }, body: { jump } });
    const closed = async () =>
      (await explain(bo, 'web-1', 'root')).warnings.flatMap(({ rule, message }) =>
        rule === 'jump_closed' ? [message] : [],
      );
    const way = 'The way to web-1.acme.example leads through';
    await through('web-2.us.acme.example');
    expect(await closed()).toEqual([`${way} web-2.us.acme.example, and bo has no role there.`]);
    await through('db-1');
    expect(await closed()).toEqual([
      `${way} db-1.acme.example, and no role of bo there has permit-port-forwarding.`,
    ]);
    const extensions = ['permit-port-forwarding'];
    await acme.role('jump', [bo], { ...onHosts({ tier: 'db' }, ['root']), extensions });
    expect(await closed()).toEqual([]);
    await acme.as(acme.owner, 'revokeRole', { params: { role: 'jump', user: 'bo' } });
    await acme.as(acme.owner, 'deleteRole', { params: { role: 'jump' } });
    await through(null);
  });

  it('answer about others only to who may see people, roles and hosts', async () => {
    expect((await problemOf(explain(bo, 'web-1', 'root', 'cyd'))).code).toBe('permission_missing');
    expect((await explain(bo, 'web-1', 'root', 'bo')).allowed).toBe(true);
    expect(await explain(acme.owner, 'web-1', 'root', 'bo')).toMatchObject({ user: 'bo', allowed: true });
    expect(await missing(acme.owner, 'web-1', 'root', 'cyd')).toEqual([
      'role_not_granted: The role web-admin reaches web-1.acme.example as root, and cyd is not a member of it.',
    ]);
    expect((await problemOf(explain(acme.owner, 'web-1', 'root', 'nobody'))).code).toBe('not_found');
    await acme.member('dan');
    await acme.as(acme.owner, 'grantRole', { params: { role: 'web-admin' }, body: { user: 'dan' } });
    await acme.as(acme.owner, 'disableUser', { params: { user: 'dan' } });
    expect(await missing(acme.owner, 'web-1', 'root', 'dan')).toEqual([
      'account_not_active: The account dan is disabled; `writ user enable dan` opens it again.',
    ]);
  });

  it('say what a host has not taken on yet', async () => {
    const name = 'web-1.acme.example';
    const waiting = async () => (await explain(bo, name, 'root')).waiting.map(({ rule }) => rule);
    const host = { name, token: tokens.get(name) ?? '' };
    const said = async (report: object) => {
      const all = {
        krl: '',
        result: 'ok',
        words: '',
        kit: 'test',
        openssh: 'OpenSSH_9.2',
        clock: 0,
        ...report,
      };
      expect((await acme.raw(host, 'POST', '/host/reports', all)).status).toBe(204);
    };
    expect(await waiting()).toEqual(['host_never_reported']);
    const { text } = await acme.raw(host, 'GET', '/host/bundle');
    await said({ bundle: '7', result: 'sshd_refused', words: 'sshd -t: no' });
    expect((await explain(bo, name, 'root')).waiting).toEqual([
      {
        rule: 'host_behind',
        message: expect.stringMatching(
          /uses bundle 7, not \d+, .*; it said sshd_refused: sshd -t: no\.$/,
        ) as string,
      },
    ]);
    const bundle = /^version (\d+)$/m.exec(text)?.[1] ?? '';
    await said({ bundle });
    expect(await explain(bo, name, 'root')).toMatchObject({
      waiting: [],
      warnings: [{ rule: 'krl_behind' }],
    });
    await acme.role('late', [bo], onHosts(webLabels, ['late']));
    expect((await explain(bo, name, 'late')).waiting).toMatchObject([{ rule: 'host_behind' }]);
    // What its certificates are good for is said with the role, and to whoever chooses among several.
    const sourceAddress = ['192.0.2.0/24'];
    await acme.role('near', [bo], { ...onHosts(webLabels, ['near']), criticalOptions: { sourceAddress } });
    expect(await explain(bo, name, 'near')).toMatchObject({
      roles: [{ name: 'near', forceCommand: null, sourceAddress }],
    });
    const { organizations } = await acme.as(bo, 'listReach');
    const confined = organizations[0]?.roles
      .filter((role) => role.confined === true)
      .map((role) => role.name);
    expect(confined).toEqual(['near']);
  });
});

describe('a certificate for a host and a login', () => {
  it('is asked for with both, or with none', async () => {
    const key = newKey();
    const ask = (body: object) =>
      acme.raw(bo, 'POST', '/certificates/user', { publicKey: key.line, ...body });
    expect((await ask({ host: 'web-1' })).json['code']).toBe('request_invalid');
    expect((await ask({ login: 'root' })).json['code']).toBe('request_invalid');
    expect((await ask({ host: 'web-1\0', login: 'root' })).json['code']).toBe('request_invalid');
    expect((await ask({ host: 'x'.repeat(254), login: 'root' })).json['code']).toBe('request_invalid');
    expect((await ask({ host: 'web-1', login: 'ro ot' })).json['code']).toBe('request_invalid');
    // Everything that speaks against it at once.
    expect((await ask({ host: 'nothing', login: 'root', ttlSeconds: 60 })).json).toMatchObject({
      code: 'request_refused',
      failures: [{ rule: 'key_unproved' }, { rule: 'host_unknown' }],
    });
  });

  it('is of the role that was named as well, if that reaches the host', async () => {
    const key = newKey();
    await acme.prove(bo, key);
    const ask = (role: string) =>
      acme.as(bo, 'issueUserCertificate', {
        body: { publicKey: key.line, host: 'web-1', login: 'root', role },
      });
    expect((await ask('web-admin')).id).toMatch(/^user:/);
    expect((await problemOf(ask('prod-reader'))).failures).toMatchObject([{ rule: 'login_not_of_role' }]);
    expect((await problemOf(ask('db-admin'))).failures).toMatchObject([{ rule: 'host_not_chosen' }]);
  });
});

describe('who may be whom on which host', () => {
  const said = async (member: Member, query: object = {}) => {
    const { items } = await acme.as(member, 'listAccess', { query });
    return items.map(({ host, login, user, roles }) => `${user} ${login}@${host ?? '*'} ${roles.join(',')}`);
  };

  it('is told by user, by host and by login', async () => {
    expect(await said(acme.owner, { user: 'bo', login: 'root' })).toEqual([
      'bo root@web-1.acme.example web-admin',
      'bo root@web-2.eu.acme.example web-admin',
      'bo root@web-3.acme.example web-admin',
    ]);
    await acme.as(acme.owner, 'grantRole', { params: { role: 'db-admin' }, body: { user: 'cyd' } });
    expect(await said(acme.owner, { host: 'db-1' })).toEqual([
      'cyd postgres@db-1.acme.example db-admin',
      'cyd root@db-1.acme.example db-admin',
      'bo viewer@db-1.acme.example prod-reader',
    ]);
    expect(await said(acme.owner, { login: 'backup' })).toEqual(['bo backup@* anywhere']);
  });

  it('is of somebody whose account is open', async () => {
    expect((await said(acme.owner)).filter((line) => line.startsWith('dan'))).toEqual([]);
  });

  it('is one’s own to a member', async () => {
    expect(await said(cyd)).toEqual([
      'cyd postgres@db-1.acme.example db-admin',
      'cyd root@db-1.acme.example db-admin',
    ]);
    expect((await problemOf(said(cyd, { user: 'bo' }))).code).toBe('permission_missing');
    expect((await problemOf(said(acme.owner, { user: 'nobody' }))).code).toBe('not_found');
    expect((await problemOf(said(acme.owner, { host: 'old.acme.example' }))).failures).toMatchObject([
      { rule: 'host_not_joined' },
    ]);
  });

  it('comes in pages that leave nothing out and tell nothing twice', async () => {
    const all = (await acme.as(acme.owner, 'listAccess')).items;
    const paged: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await acme.as(acme.owner, 'listAccess', { query: { limit: 2, cursor } });
      paged.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(paged).toEqual(all);
    expect(all.length).toBeGreaterThan(8);
    const other = Buffer.from(JSON.stringify(['users', 'ana'])).toString('base64url');
    expect((await problemOf(acme.as(acme.owner, 'listAccess', { query: { cursor: other } }))).code).toBe(
      'cursor_invalid',
    );
  });
});

describe('GET …/reach', () => {
  it('says every host that any role reaches to who may see roles and hosts', async () => {
    const auditor = await acme.member('eve', 'auditor');
    const all = await acme.as(auditor, 'reachOfAll');
    expect(all.hosts.map(({ name, roles }) => `${name} ${roles.join()}`)).toEqual(
      expect.arrayContaining(['db-1.acme.example db-admin,prod-reader']),
    );
    expect((await problemOf(acme.as(bo, 'reachOfAll'))).code).toBe('permission_missing');
  });
});

describe('writ hosts, explain and access', () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = new Machine({ WRIT_PASSWORD: password });
    await machine.data('login', '--url', acme.url, '--user', 'bo');
  });
  afterAll(() => machine.remove());

  it('list what one may reach, and point out what is good everywhere', async () => {
    const { status, stdout, stderr } = await machine.writ(['hosts', '--login', 'root']);
    expect(status).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['HOST', 'ALSO', 'AS', 'BY'],
      ['web-1.acme.example', 'web-1 web-1.acme', 'root', 'web-admin'],
      ['web-2.eu.acme.example', 'web-2.eu web-2.eu.acme', 'root', 'web-admin'],
      ['web-3.acme.example', 'web-3 web-3.acme', 'root', 'web-admin'],
      [''],
    ]);
    expect(stderr).toBe('');
    expect((await machine.writ(['hosts'])).stderr).toContain(
      'the role anywhere is for backup on every host that trusts the user CA of acme itself',
    );
    expect(await machine.json('hosts')).toEqual(await acme.as(bo, 'listReach'));
    expect((await machine.writ(['hosts', '--all'])).status).toBe(3);
  });

  it('print an inventory for Ansible', async () => {
    expect(JSON.parse(await machine.data('hosts', '--ansible', '--login', 'viewer'))).toMatchObject({
      all: {
        children: {
          org_acme: {
            hosts: {
              'db-1.acme.example': { ansible_user: 'viewer', writ_roles: ['prod-reader'] },
              'web-1.acme.example': { ansible_user: 'viewer' },
            },
            children: { role_acme__prod_reader: { hosts: { 'db-1.acme.example': {} } } },
          },
        },
      },
    });
  });

  it('explain in words, and by the exit status', async () => {
    const no = await machine.writ(['explain', 'web-1', 'postgres']);
    expect(no).toMatchObject({ status: 3, stderr: '' });
    expect(no.stdout).toMatch(
      /^no: bo may not be postgres on web-1\.acme\.example\n( {2}The role .*\n)* {2}The role prod-reader reaches .* as viewer, not as postgres\./,
    );
    const notYet = await machine.writ(['explain', 'db-1', 'viewer']);
    expect(notYet.status).toBe(8);
    expect(notYet.stdout).toMatch(
      /^not yet: bo may be viewer on db-1\.acme\.example\n {2}by the role prod-reader/,
    );
    const yes = await machine.writ(['explain', 'web-1', 'root']);
    expect(yes).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^yes: bo may be root on /) as string,
    });
    expect((await machine.writ(['explain', 'web-1', 'root', '--user', 'cyd'])).status).toBe(3);
    expect((await machine.writ(['explain', 'web-1', 'ro ot'])).status).toBe(2);
  });

  it('say who gets where', async () => {
    expect((await machine.data('access', '--host', 'db-1')).split('\n').slice(0, -1)).toEqual([
      expect.stringMatching(/^USER +AS +HOST +BY$/),
      expect.stringMatching(/^bo +viewer +db-1\.acme\.example +prod-reader$/),
    ]);
    expect(await machine.data('access', '--login', 'backup')).toContain('wherever the user CA is trusted');
    expect((await machine.writ(['access', '--host', 'web-2.us.acme.example'])).status).toBe(6);
  });

  it('answer about a host of another organization where a role there lets one in, with no --org', async () => {
    for (const name of ['globex', 'umbrella']) await delegatedTo('bo', name, 'db-9', 'web-1');
    expect(await machine.data('whoami')).toMatch(
      /^ *roles .*(\n {2,}.*)*\n {2,}umbrella\/ops: may be ops for /m,
    );
    const outcomes = (...commands: string[]) =>
      Promise.all(
        commands.map(async (command) => {
          const { status, stdout, stderr } = await machine.writ(command.split(' '));
          return [command, status, stdout + stderr] as const;
        }),
      );
    const has = (text: string) => expect.stringContaining(text) as string;
    expect(
      await outcomes(
        'explain db-9.umbrella ops',
        'explain db-9.umbrella ops --user bo',
        'explain db-9.umbrella ops --org umbrella',
        'explain db-9.umbrella.example root',
        'access --host db-9.umbrella',
        // A host of one's own organization goes first.
        'explain web-1 ops',
        'explain db-9 ops',
        'access --host db-9',
        'explain nowhere ops',
        'explain db-9.umbrella ops --org globex',
      ),
    ).toEqual([
      [expect.anything(), 8, has('not yet: acme/bo may be ops on db-9.umbrella.example\n  by the role ops')],
      [expect.anything(), 8, has('not yet: acme/bo may be ops on db-9.umbrella.example\n  by the role ops')],
      [expect.anything(), 8, has('not yet: acme/bo may be ops on db-9.umbrella.example\n  by the role ops')],
      [expect.anything(), 3, has('no: acme/bo may not be root on db-9.umbrella.example\n  The role ops')],
      [expect.anything(), 0, expect.stringMatching(/\nacme\/bo +ops +db-9\.umbrella\.example +ops\n$/)],
      [expect.anything(), 3, has('no: bo may not be ops on web-1.acme.example\n')],
      [expect.anything(), 2, has('db-9 may mean db-9.globex.example or db-9.umbrella.example; say which.')],
      [expect.anything(), 2, has('db-9 may mean db-9.globex.example or db-9.umbrella.example; say which.')],
      [expect.anything(), 3, has('no: bo may not be ops on nowhere\n')],
      [expect.anything(), 3, has('no: acme/bo may not be ops on db-9.umbrella\n')],
    ]);
    // About somebody else one organization is asked.
    await machine.data('login', '--url', acme.url, '--user', 'eve');
    const only = has('Only acme was asked: for a');
    expect(
      await outcomes(
        'explain db-9.umbrella ops --user bo',
        'access --user bo --host db-9.umbrella',
        'access --user cyd --login ops',
      ),
    ).toEqual([
      [expect.anything(), 3, only],
      [expect.anything(), 6, only],
      [expect.anything(), 0, only],
    ]);
  });
});

/** A customer of that name with such hosts, and its role ops on them delegated to somebody of acme. */
async function delegatedTo(user: string, name: string, ...hosts: string[]): Promise<void> {
  // Everybody counts as signed in with a second factor.
  await acme.ask(`update sessions set strength = 'multi'`);
  const names = { name, namePatterns: [`*.${name}.example`] };
  const { handle: organization } = await acme.as(acme.owner, 'createCustomer', { body: names });
  const params = { organization };
  const body = { name: 'gina', administrativeRole: 'owner' };
  const { invitation } = await acme.as(acme.owner, 'inviteUser', { params, body });
  const accepted = { body: { invitation, password } };
  const { accessToken: token } = await call(transportTo(acme.url), 'acceptInvitation', accepted);
  const gina = { name: 'gina', token };
  const ops = { name: 'ops', ...onHosts({ env: 'prod' }, ['ops']) };
  await acme.as(gina, 'createRole', { params, body: ops });
  await acme.ask(
    `insert into hosts (id, organization_id, name, labels, join_token_id, joined_at)
     select gen_random_uuid(), o.id, host, '{"env":"prod"}', gen_random_uuid(), now()
     from organizations o, unnest($2::text[]) as host where o.handle = $1`,
    [organization, hosts.map((host) => `${host}.${name}.example`)],
  );
  const offer = { body: { customer: name, role: 'ops', user } };
  const { id: delegation } = await acme.as(acme.owner, 'offerDelegation', offer);
  await acme.as(gina, 'acceptDelegation', { params: { ...params, delegation } });
}
