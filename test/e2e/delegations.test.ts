import { call, ProblemError } from '@writ/contract';
import { makeHostKeys, runProgram, startSshd } from '@writ/testkit/sshd';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { transportTo } from '../service/person.js';
import { Machine } from './cli.js';
import { newKey, problemOf, TestOrganization, type Member, type OwnKey } from './organization.js';
import { password } from './service.js';
import { TestHost } from './test-host.js';

/** The provider acme with its owner ana, and customers that have delegated roles to its people. */
let org: TestOrganization;
let bob: Member;
let cleo: Member;
let globex: string;
let gina: Member;
const keys = new Map<string, OwnKey>();

beforeAll(async () => {
  org = await TestOrganization.start();
  bob = await person('bob');
  cleo = await person('cleo');
  await org.as(org.owner, 'createGroup', { body: { name: 'oncall' } });
  await add('bob', 'cleo');
  await strong();
  globex = await customer('globex');
  gina = await letIn(globex, 'gina');
  await role(gina, globex, 'web');
});
afterAll(() => org.stop());

/** Everybody counts as signed in with a second factor. */
const strong = () => org.ask(`update sessions set strength = 'multi'`);
const at = (organization: string, more: object = {}) => ({ params: { organization, ...more } });
const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
async function rulesOf(answer: Promise<unknown>): Promise<readonly string[]> {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
}
async function person(name: string): Promise<Member> {
  const member = await org.member(name);
  const own = newKey();
  keys.set(name, own);
  await org.prove(member, own);
  return member;
}
async function customer(name: string): Promise<string> {
  const body = { name, namePatterns: [`*.${name}.example`] };
  return (await org.as(org.owner, 'createCustomer', { body })).handle;
}
async function letIn(
  handle: string,
  name: string,
  administrativeRole = 'owner',
  by = org.owner,
): Promise<Member> {
  const body = { name, administrativeRole };
  const { invitation } = await org.as(by, 'inviteUser', { ...at(handle), body });
  const tokens = await call(transportTo(org.url), 'acceptInvitation', { body: { invitation, password } });
  return { name, token: tokens.accessToken };
}
function role(by: Member, handle: string, name: string) {
  const body = { name, principals: 'logins', logins: ['deploy'], maxTtlSeconds: 28_800 };
  return org.as(by, 'createRole', { ...at(handle), body });
}
const set = (by: Member, name: string, body: object, handle = globex) =>
  org.as(by, 'setRole', { ...at(handle, { role: name }), body });
const add = (...users: string[]) =>
  org.as(org.owner, 'addToGroup', { params: { group: 'oncall' }, body: { users } });
const remove = (...users: string[]) =>
  org.as(org.owner, 'removeFromGroup', { params: { group: 'oncall' }, body: { users } });
const offer = (to: { user?: string; group?: string }, name = 'web', from = 'globex', by = org.owner) =>
  org.as(by, 'offerDelegation', { body: { customer: from, role: name, ...to } });
const accept = (by: Member, handle: string, delegation: string) =>
  org.as(by, 'acceptDelegation', at(handle, { delegation }));
const end = (by: Member, handle: string, delegation: string) =>
  org.as(by, 'endDelegation', at(handle, { delegation }));
const issue = (member: Member, handle = globex, name = 'web') =>
  org.as(member, 'issueUserCertificate', {
    ...at(handle),
    body: { publicKey: keys.get(member.name)?.line ?? '', role: name },
  });
const revoked = async (id: string, by = gina, handle = globex) =>
  (await org.as(by, 'showCertificate', at(handle, { certificate: id }))).revoked;

describe('a role that is delegated to a group of the provider', () => {
  let id: string;

  it('is nobody’s before the customer’s owner has accepted, and is then used, counted and shown', async () => {
    const offered = await offer({ group: 'oncall' });
    id = offered.id;
    expect(offered).toMatchObject({
      ...{ customer: 'globex', role: 'web', to: 'acme/oncall', state: 'offered', used: 0, lastUsedAt: null },
      ...{ people: ['acme/bob', 'acme/cleo'], offeredBy: 'acme/ana', acceptedBy: null },
    });
    expect(await codeOf(offer({ group: 'oncall' }))).toBe('already_so');
    expect(await codeOf(issue(bob))).toBe('not_found');
    expect(await codeOf(accept(org.owner, org.handle, id))).toBe('not_found');
    expect(await codeOf(accept(org.owner, globex, id))).toBe('not_found');

    expect(await accept(gina, globex, id)).toMatchObject({ state: 'accepted', acceptedBy: 'gina' });
    expect(await codeOf(accept(gina, globex, id))).toBe('already_so');
    const issued = await issue(bob);
    expect(await org.as(gina, 'showDelegation', at(globex, { delegation: id }))).toMatchObject({ used: 1 });
    expect((await org.as(org.owner, 'listDelegations')).items).toMatchObject([{ id, used: 1 }]);
    const { items } = await org.as(gina, 'listCertificates', at(globex));
    expect(items[0]).toMatchObject({ id: issued.id, user: 'acme/bob', role: 'web' });
    expect(await org.as(gina, 'showRole', at(globex, { role: 'web' }))).toMatchObject({
      ...{ members: [], holders: ['acme/bob', 'acme/cleo'] },
      paths: [
        { holder: 'acme/bob', groups: ['acme/oncall'] },
        { holder: 'acme/cleo', groups: ['acme/oncall'] },
      ],
    });
    const events = await org.as(gina, 'listEvents', { ...at(globex), query: { kind: 'certificate.issued' } });
    expect(events.items[0]).toMatchObject({ actor: 'acme/bob' });
  });

  it('is among what revoking the certificates of the group ends, and stays the group’s', async () => {
    const issued = await issue(cleo);
    const foreseen = await org.as(org.owner, 'previewRevocation', { body: { group: 'oncall' } });
    expect(foreseen.elsewhere).toEqual([{ organization: 'globex', certificates: foreseen.certificates }]);
    expect(await revoked(issued.id)).toBe(false);
    const body = { group: 'oncall', reason: 'drill' };
    const { certificates, revocation } = await org.as(org.owner, 'revoke', { body });
    expect(certificates).toBe(foreseen.certificates);
    expect(await revoked(issued.id)).toBe(true);
    const { items } = await org.as(gina, 'listRevocations', at(globex));
    expect(items[0]).toMatchObject({
      cause: 'group',
      subject: 'acme/oncall',
      by: 'acme/ana',
      reason: 'drill',
    });
    const shown = await org.as(org.owner, 'showRevocation', { params: { revocation } });
    expect(shown.elsewhere).toMatchObject([
      { organization: 'globex', certificates, enforcement: { hosts: 0, enforced: 0 } },
    ]);
    expect(await revoked((await issue(cleo)).id)).toBe(false);
  });

  it('opens nothing but its certificates, to those with a second factor, and comes with the reach', async () => {
    for (const [route, more] of [
      ['showOrganization', {}],
      ['listRoles', {}],
      ['showRole', { role: 'web' }],
      ['listDelegations', {}],
      ['listUsers', {}],
      ['listKeys', {}],
      ['endDelegation', { delegation: id }],
    ] as const)
      expect([route, await codeOf(org.as(bob, route, at(globex, more)))]).toEqual([route, 'not_found']);
    expect((await org.as(bob, 'listCertificates', at(globex))).items).toHaveLength(1);
    const seen = await org.as(bob, 'listOrganizations', {});
    expect(seen.items.map(({ name, acting }) => [name, acting])).toEqual([
      ['acme', 'home'],
      ['globex', 'delegation'],
    ]);
    const reach = await org.as(bob, 'listReach', {});
    expect(reach.organizations.map(({ name, roles }) => [name, roles.map((each) => each.name)])).toEqual([
      ['acme', []],
      ['globex', ['web']],
    ]);
    await org.ask(`update sessions set strength = 'single'`);
    expect(await codeOf(issue(bob))).toBe('second_factor_required');
    await strong();
  });

  it('is out of reach while the account is locked at home, and there again when the lock ends', async () => {
    const one = await issue(bob);
    const { certificates } = await org.as(org.owner, 'lockAccount', {
      body: { user: 'bob', seconds: 3600, reason: 'laptop missing' },
    });
    expect(certificates).toBeGreaterThan(0);
    expect(await revoked(one.id)).toBe(true);
    expect(await codeOf(issue(bob))).toBe('session_ended');
    const [part] = (await org.as(gina, 'listRevocations', at(globex))).items;
    expect(part).toMatchObject({ cause: 'lock', subject: 'acme/bob', unlockedAt: null });
    // Its key is named, so that sessions of certificates end that have expired.
    const [list] = await org.ask<{ text: string }>(
      `select c.text from cut_lists c join organizations o on o.id = c.organization_id
       where o.handle = $1 order by number desc limit 1`,
      [globex],
    );
    expect(list?.text).toContain(`key ${keys.get('bob')?.fingerprint ?? ''}\n`);
    await org.as(org.owner, 'unlockAccount', { body: { user: 'bob' } });
    expect(await revoked(one.id)).toBe(false);
    const [ended] = (await org.as(gina, 'listEvents', { ...at(globex), query: { kind: 'user.unlocked' } }))
      .items;
    expect(ended).toMatchObject({ subject: 'acme/bob', data: { delegated: true } });
    bob = await org.signIn('bob');
    await strong();
    expect(await revoked((await issue(bob)).id)).toBe(false);
  });

  it('is lost with the group, and with the account, in the same moment', async () => {
    const one = await issue(bob);
    await remove('bob');
    expect(await revoked(one.id)).toBe(true);
    expect(await codeOf(issue(bob))).toBe('not_found');
    await add('bob');
    const [two, other] = [await issue(bob), await issue(cleo)];
    await org.as(org.owner, 'revoke', { body: { publicKey: keys.get('cleo')?.line ?? '', reason: 'lost' } });
    expect([await revoked(two.id), await revoked(other.id)]).toEqual([false, true]);
    await org.as(org.owner, 'disableUser', { params: { user: 'bob' } });
    expect(await revoked(two.id)).toBe(true);
    // One act at home, and a part of it in the customer, where his account is not known.
    const [act] = (await org.as(org.owner, 'listRevocations', { query: { limit: 1 } })).items;
    expect(act).toMatchObject({ cause: 'user', subject: 'bob', reason: 'account disabled', certificates: 0 });
    const [part] = (await org.as(gina, 'listRevocations', at(globex))).items;
    expect(part).toMatchObject({ subject: 'acme/bob', reason: 'account disabled', certificates: 1, keys: 0 });
    const shown = await org.as(org.owner, 'showRevocation', { params: { revocation: act?.id ?? '' } });
    const { krlVersion } = part ?? {};
    expect(shown.elsewhere).toMatchObject([{ organization: 'globex', certificates: 1, krlVersion }]);
    expect(await codeOf(org.as(gina, 'showRevocation', at(globex, { revocation: act?.id })))).toBe(
      'not_found',
    );
    await org.as(org.owner, 'enableUser', { params: { user: 'bob' } });
    bob = await org.signIn('bob');
    keys.set('bob', newKey());
    await org.prove(bob, keys.get('bob') ?? newKey());
    await strong();
    expect(await codeOf(org.as(org.owner, 'deleteGroup', { params: { group: 'oncall' } }))).toBe('in_use');
  });

  it('ends from either side, with what rested on it', async () => {
    const one = await issue(bob);
    expect(await end(gina, globex, id)).toMatchObject({ state: 'ended', endedBy: 'gina', people: [] });
    expect(await revoked(one.id)).toBe(true);
    expect(await codeOf(issue(bob))).toBe('not_found');
    expect(await codeOf(end(gina, globex, id))).toBe('already_so');
    const again = await offer({ user: 'bob' });
    await accept(gina, globex, again.id);
    const two = await issue(bob);
    expect(await end(org.owner, org.handle, again.id)).toMatchObject({ endedBy: 'acme/ana' });
    expect(await revoked(two.id)).toBe(true);
    const { items } = await org.as(gina, 'listEvents', {
      ...at(globex),
      query: { kind: 'delegation.ended' },
    });
    expect(items.map(({ actor, data }) => [actor, data['to']])).toEqual([
      ['acme/ana', 'acme/bob'],
      ['gina', 'acme/oncall'],
    ]);
  });

  it('ended while certificates are asked for leaves none that is trusted, whichever side is at it', async () => {
    let issued = 0;
    for (let round = 0; round < 4; round += 1) {
      const { id: raced } = await offer({ group: 'oncall' });
      await accept(gina, globex, raced);
      if (round % 2 === 1) await issue(bob);
      let over = false;
      const asking = Array.from({ length: 3 }, async () => {
        for (;;) {
          const late = over;
          const code = await issue(bob).then(
            () => 'issued',
            (error: unknown) => {
              if (error instanceof ProblemError) return error.problem.code;
              throw error;
            },
          );
          if (code === 'issued') issued += 1;
          if (late || code === 'not_found') return code;
        }
      });
      // Both at once take the turns of both sides; neither waits for the other in vain.
      await Promise.all([end(gina, globex, raced), round < 2 ? remove('bob') : Promise.resolve()]);
      over = true;
      expect(new Set(await Promise.all(asking))).toEqual(new Set(['not_found']));
      const trusted = await org.ask(
        `select from certificates c join organizations o on o.id = c.organization_id where o.handle = $1
         and not exists (select from revocations r where r.authority_id = c.authority_id and r.serial_from = c.serial)`,
        [globex],
      );
      expect(trusted).toEqual([]);
      if (round < 2) await add('bob');
    }
    expect(issued).toBeGreaterThan(0);
  });

  it('logs in on a real sshd of the customer, and after its end no more', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-delegated-'));
    const inside = (name: string) => join(directory, name);
    chmodSync(directory, 0o755);
    const [me, body] = [userInfo().username, { principals: 'logins', maxTtlSeconds: 3600 }];
    await org.as(gina, 'createRole', { ...at(globex), body: { ...body, name: 'shell', logins: [me] } });
    const { id: given } = await offer({ user: 'bob' }, 'shell');
    await accept(gina, globex, given);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', inside('key')]);
    const line = readFileSync(inside('key.pub'), 'utf8').trim();
    const { challenge, namespace } = await org.as(bob, 'challengeKey', { body: { publicKey: line } });
    const signature = execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', inside('key'), '-n', namespace], {
      input: challenge,
      encoding: 'utf8',
    });
    await org.as(bob, 'proveKey', { body: { publicKey: line, challenge, signature } });
    const issued = await org.as(bob, 'issueUserCertificate', {
      ...at(globex),
      body: { publicKey: line, role: 'shell' },
    });
    writeFileSync(inside('key-cert.pub'), `${issued.certificate}\n`);
    const sync = async () => writeFileSync(inside('krl'), await org.as(gina, 'krl', at(globex)));
    writeFileSync(inside('ca.pub'), await org.as(gina, 'userAuthorities', at(globex)));
    await sync();
    const [hostKey = ''] = await makeHostKeys(directory, ['ed25519']);
    const sshd = await startSshd(directory, [
      `HostKey ${hostKey}\nTrustedUserCAKeys ${inside('ca.pub')}\nRevokedKeys ${inside('krl')}\n`,
    ]);
    try {
      const options = [
        'BatchMode=yes',
        'IdentitiesOnly=yes',
        'IdentityAgent=none',
        'StrictHostKeyChecking=no',
      ];
      const known = [`UserKnownHostsFile=${inside('known_hosts')}`, 'GlobalKnownHostsFile=/dev/null'];
      const ssh = () =>
        runProgram('ssh', [
          ...['-F', 'none', '-p', String(sshd.port), '-i', inside('key')],
          ...[...options, ...known].flatMap((option) => ['-o', option]),
          ...[`${me}@127.0.0.1`, 'echo in'],
        ]);
      expect(await ssh()).toMatchObject({ status: 0, stdout: 'in\n' });
      await end(gina, globex, given);
      await sync();
      expect(await ssh()).toMatchObject({
        status: 255,
        stderr: expect.stringMatching(/Permission denied/) as string,
      });
    } finally {
      await sshd.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('is seen by whoever looks at who gets where, and explained to whom it is given', async () => {
    const [name, selector] = ['ops', { env: 'prod' }];
    const body = { name, principals: 'role', selector, logins: ['root'], maxTtlSeconds: 3600 };
    await org.as(gina, 'createRole', { ...at(globex), body });
    await org.ask(
      `insert into hosts (id, organization_id, name, labels, join_token_id, joined_at)
       select gen_random_uuid(), id, 'web-1.globex.example', '{"env":"prod"}', gen_random_uuid(), now()
       from organizations where handle = $1`,
      [globex],
    );
    const given = [await offer({ group: 'oncall' }, name), await offer({ user: 'cleo' }, name)];
    for (const { id: each } of given) await accept(gina, globex, each);
    const shown = await org.as(gina, 'showRole', at(globex, { role: name }));
    expect(shown.paths).toEqual([
      { holder: 'acme/bob', groups: ['acme/oncall'] },
      { holder: 'acme/cleo', groups: ['acme/oncall'] },
      { holder: 'acme/cleo', groups: ['acme/cleo'] },
    ]);
    const explain = (by: Member, user?: string) =>
      org.as(by, 'explain', { ...at(globex), query: { host: 'web-1', login: 'root', user } });
    const paths = [['acme/oncall'], ['acme/cleo']];
    for (const answer of [await explain(cleo), await explain(gina, 'acme/cleo')])
      expect(answer).toMatchObject({ user: 'acme/cleo', allowed: true, roles: [{ name, paths }] });
    await org.ask(
      `insert into second_factors (user_id, organization_id, sealed_secret, started_at, confirmed_at)
       select id, organization_id, '', now(), now() from users where name = 'cleo'`,
    );
    // Who could not sign in with a second factor gets no certificate from outside.
    const waiting = async (user: string) => (await explain(gina, user)).waiting.map(({ rule }) => rule);
    expect(await waiting('acme/bob')).toContain('second_factor_missing');
    expect(await waiting('acme/cleo')).not.toContain('second_factor_missing');
    await org.ask('delete from second_factors');
    expect(await codeOf(explain(gina, 'acme/nobody'))).toBe('not_found');
    expect(await codeOf(explain(cleo, 'acme/bob'))).toBe('permission_missing');
    const access = async (by: Member, user?: string) =>
      (await org.as(by, 'listAccess', { ...at(globex), query: { login: 'root', user } })).items;
    const [host, roles] = ['web-1.globex.example', [name]];
    const everybody = ['acme/bob', 'acme/cleo'].map((user) => ({ host, login: 'root', user, roles }));
    expect(await access(gina)).toEqual(everybody);
    expect(await access(gina, 'acme/bob')).toEqual(everybody.slice(0, 1));
    expect(await access(cleo)).toEqual(everybody.slice(1));
    await org.as(org.owner, 'disableUser', { params: { user: 'cleo' } });
    expect(await access(gina)).toEqual(everybody.slice(0, 1));
    expect((await explain(gina, 'acme/cleo')).failures).toMatchObject([{ rule: 'account_not_active' }]);
    await org.as(org.owner, 'enableUser', { params: { user: 'cleo' } });
    cleo = await org.signIn('cleo');
    for (const { id: each } of given) await end(gina, globex, each);
  });

  it('is refused where the role is not what was offered, until it is again', async () => {
    await role(gina, globex, 'changes');
    const { id: given } = await offer({ group: 'oncall' }, 'changes');
    for (const body of [{ logins: ['root'] }, { logins: ['deploy'], maxTtlSeconds: 60 }]) {
      await set(gina, 'changes', body);
      expect([body, await codeOf(accept(gina, globex, given))]).toEqual([body, 'delegation_stale']);
    }
    await set(gina, 'changes', { maxTtlSeconds: 28_800 });
    expect(await accept(gina, globex, given)).toMatchObject({ state: 'accepted' });
    await end(gina, globex, given);
  });

  it('gives more only where somebody says so who may accept it, and less at once', async () => {
    await role(gina, globex, 'grows');
    const { id: given } = await offer({ group: 'oncall' }, 'grows');
    const inUse = await problemOf(org.as(gina, 'deleteRole', at(globex, { role: 'grows' })));
    expect(inUse).toMatchObject({ code: 'in_use', detail: expect.stringContaining(given) as string });
    await accept(gina, globex, given);
    const one = await issue(bob, globex, 'grows');
    const grace = await letIn(globex, 'grace', 'administrator', gina);
    expect(await rulesOf(set(grace, 'grows', { logins: ['root'] }))).toEqual([
      'grant_refused',
      'permission_missing',
    ]);
    await set(grace, 'grows', { maxTtlSeconds: 60 });
    expect(await revoked(one.id)).toBe(true);
    expect(await set(gina, 'grows', { logins: ['root'] })).toMatchObject({ logins: ['root'] });
    expect(await codeOf(org.as(gina, 'deleteRole', at(globex, { role: 'grows' })))).toBe('in_use');
    await end(gina, globex, given);
    expect(await org.as(gina, 'deleteRole', at(globex, { role: 'grows' }))).toMatchObject({ name: 'grows' });
    expect((await org.as(gina, 'listDelegations', at(globex))).items).toContainEqual(
      expect.objectContaining({ id: given, role: 'grows', state: 'ended' }),
    );
  });

  it('of a role that was deleted since it was offered cannot be accepted', async () => {
    await role(gina, globex, 'went');
    const { id: given } = await offer({ group: 'oncall' }, 'went');
    // What the service refuses, as an older one may have left it.
    await org.ask(`update roles set deleted_at = now() where name = 'went'`);
    expect(await codeOf(accept(gina, globex, given))).toBe('delegation_stale');
    await end(gina, globex, given);
  });
});

describe('who delegates to whom', () => {
  it('is between the provider and its customers', async () => {
    expect(await codeOf(offer({ group: 'oncall' }, 'none'))).toBe('not_found');
    expect(await codeOf(offer({ group: 'none' }))).toBe('not_found');
    expect(await codeOf(offer({ user: 'bob' }, 'web', 'nobody'))).toBe('not_found');
    expect(await codeOf(offer({ user: 'bob' }, 'web', 'globex', cleo))).toBe('permission_missing');
    const body = { customer: 'globex', role: 'web', user: 'gina' };
    expect(await codeOf(org.as(gina, 'offerDelegation', { ...at(globex), body }))).toBe('provider_only');
  });

  it('is accepted by the provider’s owner while there is none, but not into their own hands', async () => {
    const initech = await customer('initech');
    await role(org.owner, initech, 'web');
    await org.member('olga', 'owner');
    await strong();
    const own = await offer({ user: 'ana' }, 'web', 'initech');
    expect(await rulesOf(accept(org.owner, initech, own.id))).toEqual(['grant_refused', 'caller_would_gain']);
    // Whoever ana has let in may be her.
    const others = await offer({ user: 'cleo' }, 'web', 'initech');
    expect(await rulesOf(accept(org.owner, initech, others.id))).toEqual([
      'grant_refused',
      'caller_would_gain',
    ]);
    await org.as(org.owner, 'confirmUser', { params: { user: 'olga' } });
    const olga = await org.signIn('olga');
    await strong();
    expect(await accept(olga, initech, others.id)).toMatchObject({
      acceptedBy: 'acme/olga',
      state: 'accepted',
    });
    // Nor is what was accepted made more of by whoever may be behind those who hold it: here, and where they are from.
    expect(await rulesOf(set(org.owner, 'web', { logins: ['root'] }, initech))).toEqual([
      'grant_refused',
      'caller_would_gain',
      'caller_would_gain',
    ]);
    expect(await set(olga, 'web', { logins: ['root'] }, initech)).toMatchObject({ logins: ['root'] });
    const { items } = await org.as(olga, 'listEvents', {
      ...at(initech),
      query: { kind: 'delegation.accepted' },
    });
    expect(items[0]).toMatchObject({ actor: 'acme/olga', data: { to: 'acme/cleo', outside: 'provider' } });
  });

  it('counts the group of a delegated role among those that nobody puts themselves into', async () => {
    const given = await offer({ group: 'oncall' });
    await accept(gina, globex, given.id);
    const adam = await org.member('adam', 'administrator');
    await strong();
    const into = org.as(adam, 'addToGroup', { params: { group: 'oncall' }, body: { users: ['adam'] } });
    expect(await rulesOf(into)).toEqual(['grant_refused', 'caller_would_gain']);
    expect(await rulesOf(org.as(adam, 'resetUser', { params: { user: 'bob' } }))).toEqual([
      'grant_refused',
      'role_not_held',
    ]);
  });
});

describe('what is revoked at home of people who are in a customer', () => {
  let initrode: string;
  let ines: Member;
  let host: TestHost;
  let machine: Machine;

  beforeAll(async () => {
    initrode = await customer('initrode');
    ines = await letIn(initrode, 'ines');
    await role(ines, initrode, 'web');
    host = await TestHost.join(org.customer(initrode), 'h1.initrode.example', {}, ines);
    machine = new Machine({ WRIT_PASSWORD: password });
    await machine.data('login', '--url', org.url, '--user', 'ana', '--no-ssh-config');
  });
  afterAll(() => machine.remove());

  /** Somebody to whom the role is delegated, with a certificate of it, and the delegation. */
  async function delegate(name: string): Promise<string> {
    const member = await person(name);
    await strong();
    const { id } = await offer({ user: name }, 'web', 'initrode');
    await accept(ines, initrode, id);
    await issue(member, initrode);
    return id;
  }
  const krlVersion = async () =>
    (await org.as(ines, 'listRevocations', at(initrode, {}))).items[0]?.krlVersion ?? '';

  it('is answered with the KRL that says so there, also where all was revoked before', async () => {
    await delegate('rob');
    const body = { user: 'rob', seconds: 3600, reason: 'missing', cut: false };
    const locked = await org.as(org.owner, 'lockAccount', { body });
    expect(locked.elsewhere).toEqual([{ organization: 'initrode', krlVersion: await krlVersion() }]);
    expect(
      await org.as(org.owner, 'showRevocation', { params: { revocation: locked.revocation } }),
    ).toMatchObject({ cause: 'lock', elsewhere: [{ organization: 'initrode', ...locked.elsewhere[0] }] });
    await org.as(org.owner, 'unlockAccount', { body: { user: 'rob' } });
    const revoke = () => org.as(org.owner, 'revoke', { body: { user: 'rob', reason: 'stolen' } });
    const first = await revoke();
    const elsewhere = [{ organization: 'initrode', krlVersion: await krlVersion() }];
    expect(first).toMatchObject({ alreadyRevoked: false, elsewhere });
    const again = await revoke();
    expect(again).toMatchObject({ alreadyRevoked: true, elsewhere });
    const revocation = again.revocation ?? '';
    expect(await org.as(org.owner, 'showRevocation', { params: { revocation } })).toMatchObject({
      elsewhere: [{ ...elsewhere[0], certificates: 0, enforcement: { hosts: 1, enforced: 0 } }],
    });
  });

  it('is answered with it also where the delegation has just ended, and its certificates with it', async () => {
    const delegation = await delegate('tea');
    await org.as(ines, 'endDelegation', at(initrode, { delegation }));
    const body = { user: 'tea', reason: 'stolen' };
    const { elsewhere } = await org.as(org.owner, 'revoke', { body });
    expect(elsewhere).toEqual([{ organization: 'initrode', krlVersion: await krlVersion() }]);
  });

  it('is seen with the group that holds a role there, once the customer has accepted', async () => {
    const delegated = async () =>
      (await machine.json<{ delegated: string[] }>('group', 'show', 'oncall')).delegated;
    const before = await delegated();
    const { id: delegation } = await offer({ group: 'oncall' }, 'web', 'initrode');
    expect(await delegated()).toEqual(before);
    await accept(ines, initrode, delegation);
    expect(await delegated()).toEqual(expect.arrayContaining([...before, 'initrode/web']));
    expect(await machine.data('group', 'show', 'oncall')).toMatch(/^ +delegated +.*initrode\/web/m);
    // A group of the customer's that is called so, too, is another one.
    const theirs = at(await customer('hooli'));
    await org.as(org.owner, 'createGroup', { ...theirs, body: { name: 'oncall' } });
    const shown = await machine.json('group', 'show', 'oncall', '--org', 'hooli');
    expect(shown).toMatchObject({ name: 'oncall' });
    expect(shown).not.toHaveProperty('delegated');
    await end(ines, initrode, delegation);
    expect(await delegated()).toEqual(before);
  });

  it('is waited for there, with counts and without the names of its hosts', async () => {
    await delegate('sam');
    await host.reports();
    const words = ['revoke', '--user', 'sam', '--reason', 'stolen', '--cut', '--yes', '--wait'];
    const early = await machine.writ([...words, '1s']);
    expect(early.stderr).toMatch(
      /no host of this organization has joined; in initrode: enforced on 0 of 1 host, .* 1 not yet\n/,
    );
    expect(early.stderr).not.toContain('h1.');
    expect(early.status).toBe(4);
    await host.enforces({ cut: BigInt(await krlVersion()), sessions: 2 });
    const late = await machine.writ([
      'revoke',
      '--user',
      'sam',
      '--reason',
      'stolen',
      '--yes',
      '--json',
      '--wait',
      '30s',
    ]);
    expect(late.status).toBe(0);
    expect(JSON.parse(late.stdout)).toMatchObject({
      alreadyRevoked: true,
      elsewhere: [{ organization: 'initrode' }],
      enforcement: {
        totals: { hosts: 0 },
        elsewhere: [{ organization: 'initrode', totals: { hosts: 1, enforced: 1, sessionsEnded: 2 } }],
      },
    });
  });

  /** The newest list of sessions that are to be ended there. */
  const cutList = async () =>
    (
      await org.ask<{ text: string }>(
        `select c.text from cut_lists c join organizations o on o.id = c.organization_id
         where o.handle = $1 order by number desc limit 1`,
        [initrode],
      )
    )[0]?.text;
  const keyOf = (name: string) => `key ${keys.get(name)?.fingerprint ?? ''}\n`;

  it('is counted also where the customer revokes a key, which it has to know by the key alone', async () => {
    await delegate('kim');
    const key = keys.get('kim')?.fingerprint ?? '';
    const body = { publicKey: key, reason: 'stolen' };
    const revoked = await org.as(ines, 'revoke', { ...at(initrode), body });
    expect(revoked).toMatchObject({ keys: 1, certificates: 1 });
    const query = { kind: 'key.revoked', subject: key };
    const { items } = await org.as(ines, 'listEvents', { ...at(initrode), query });
    expect(items).toMatchObject([{ data: { owner: 'user', certificates: 1 } }]);
    const named = await machine.writ(['revoke', '--user', 'acme/kim', '--reason', 'stolen']);
    expect(named).toMatchObject({ status: 2 });
    expect(named.stderr).toContain('`writ cert list --user acme/kim`');
  });

  it('ends sessions there that outlive the delegation', async () => {
    const revoke = (body: object) =>
      org.as(org.owner, 'revoke', { body: { reason: 'stolen', cut: true, ...body } });
    for (const [name, ending] of [
      ['tim', () => revoke({ user: 'tim' })],
      ['uma', () => revoke({ publicKey: keys.get('uma')?.line })],
      [
        'vic',
        () => org.as(org.owner, 'lockAccount', { body: { user: 'vic', seconds: 3600, reason: 'missing' } }),
      ],
    ] as const) {
      await end(ines, initrode, await delegate(name));
      const { elsewhere } = await ending();
      expect([name, elsewhere]).toEqual([
        name,
        [{ organization: 'initrode', krlVersion: await krlVersion() }],
      ]);
      expect(await cutList()).toContain(keyOf(name));
    }
    await org.as(org.owner, 'unlockAccount', { body: { user: 'vic' } });
    expect(await cutList()).not.toContain(keyOf('vic'));
  });

  it('ends sessions there of the people of a group, also where nothing is delegated to it any more', async () => {
    const [wes, xan] = [await person('wes'), await person('xan')];
    await org.as(org.owner, 'createGroup', { body: { name: 'night' } });
    await org.as(org.owner, 'addToGroup', { params: { group: 'night' }, body: { users: ['wes', 'xan'] } });
    await strong();
    const { id } = await offer({ group: 'night' }, 'web', 'initrode');
    await accept(ines, initrode, id);
    const serialOf = async (member: Member) => (await issue(member, initrode)).id.split(':')[1] ?? '';
    const [gone, kept] = [await serialOf(wes), await serialOf(xan)];
    await accept(ines, initrode, (await offer({ user: 'xan' }, 'web', 'initrode')).id);
    await end(ines, initrode, id);
    const body = { group: 'night', reason: 'drill', cut: true };
    const { elsewhere } = await org.as(org.owner, 'revoke', { body });
    expect(elsewhere).toEqual([{ organization: 'initrode', krlVersion: await krlVersion() }]);
    expect(await cutList()).toMatch(new RegExp(`^certificate \\S+ ${gone} ${gone}$`, 'm'));
    // Who has the role by another path has it not because of the group.
    expect(await cutList()).not.toMatch(new RegExp(` ${kept}$`, 'm'));
    expect(await revoked(`user:${kept}`, ines, initrode)).toBe(false);
  });
});
