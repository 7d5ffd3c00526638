import { call } from '@writ/contract';
import { transportTo } from '../service/person.js';
import { newKey, problemOf, TestOrganization, type Member } from './organization.js';

let org: TestOrganization;
let administrator: Member;
let bob: Member;

beforeAll(async () => {
  org = await TestOrganization.start();
  administrator = await org.member('adam', 'administrator');
  bob = await org.member('bob');
});
afterAll(() => org.stop());

const grant = (by: Member, role: string, user: string) =>
  org.as(by, 'grantRole', { params: { role }, body: { user } });
const revoke = (by: Member, role: string, user: string) =>
  org.as(by, 'revokeRole', { params: { role, user } });

describe('whoever tries what they may not', () => {
  it('finds it in the events, with every rule, and nothing else has happened', async () => {
    const acme = await TestOrganization.start();
    try {
      const bob = await acme.member('bob');
      await acme.role('web');
      await problemOf(acme.as(bob, 'grantRole', { params: { role: 'web' }, body: { user: 'bob' } }));
      const mia = await acme.member('mia', 'administrator');
      await acme.member('olga', 'owner');
      await problemOf(acme.as(mia, 'grantRole', { params: { role: 'web' }, body: { user: 'mia' } }));
      const { items } = await acme.as(acme.owner, 'listEvents', { query: { kind: 'request.refused' } });
      expect(items.map(({ actor, subject, data }) => [actor, subject, data])).toEqual([
        [
          'mia',
          'POST /roles/web/members',
          { code: 'grant_refused', failures: [expect.objectContaining({ rule: 'caller_would_gain' })] },
        ],
        ['bob', 'POST /roles/web/members', { code: 'permission_missing' }],
      ]);
    } finally {
      await acme.stop();
    }
  });
});

describe('making and reading roles', () => {
  it('keeps what the definition says, with its defaults', async () => {
    await org.role('kept', [], {
      logins: ['deploy', 'www'],
      criticalOptions: { forceCommand: 'uptime', sourceAddress: ['10.0.0.0/8'] },
    });
    const shown = await org.as(org.owner, 'showRole', { params: { role: 'kept' } });
    expect(shown).toMatchObject({
      logins: ['deploy', 'www'],
      extensions: ['permit-pty'],
      members: [],
      keyIdTemplate: '{user}@{organization}/{role}',
    });
    expect(shown.criticalOptions.forceCommand).toBe('uptime');
    expect(shown.handle).toMatch(/^[a-z0-9]{16}$/);
    const events = await org.as(org.owner, 'listEvents', {
      query: { kind: 'role.created', subject: 'kept' },
    });
    expect(events.items).toHaveLength(1);
  });

  it('pages them by name', async () => {
    for (const name of ['page-c', 'page-a', 'page-b']) await org.role(name);
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await org.as(org.owner, 'listRoles', { query: { limit: 2, cursor } });
      names.push(...page.items.map((role) => role.name));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(expect.arrayContaining(['page-a', 'page-b', 'page-c']));
    expect(new Set(names).size).toBe(names.length);
  });

  it('refuses a name that is taken, and a role that is not there', async () => {
    await org.role('taken');
    expect((await problemOf(org.role('taken'))).code).toBe('name_taken');
    expect((await problemOf(org.as(org.owner, 'showRole', { params: { role: 'none' } }))).code).toBe(
      'not_found',
    );
  });

  it('refuses to be written or read without the permission', async () => {
    const body = { name: 'mine', principals: 'logins', logins: ['root'], maxTtlSeconds: 60 };
    expect((await problemOf(org.as(bob, 'createRole', { body }))).code).toBe('permission_missing');
    expect((await problemOf(org.as(bob, 'listRoles'))).code).toBe('permission_missing');
  });
});

describe('who grants what', () => {
  it('lets an administrator grant to others and never to themselves', async () => {
    await org.role('ops');
    expect((await grant(administrator, 'ops', 'bob')).members).toEqual(['bob']);
    const problem = await problemOf(grant(administrator, 'ops', 'adam'));
    expect(problem).toMatchObject({ code: 'grant_refused', failures: [{ rule: 'caller_would_gain' }] });
    expect((await problemOf(grant(administrator, 'ops', 'bob'))).code).toBe('already_so');
    expect((await problemOf(grant(administrator, 'ops', 'nobody'))).code).toBe('not_found');
    expect((await problemOf(grant(bob, 'ops', 'bob'))).code).toBe('permission_missing');
  });

  it('refuses a grant to an account that the caller could still open with their own invitation', async () => {
    await org.role('behind');
    await org.as(administrator, 'inviteUser', { body: { name: 'puppet' } });
    const problem = await problemOf(grant(administrator, 'behind', 'puppet'));
    expect(problem).toMatchObject({ code: 'grant_refused', failures: [{ rule: 'caller_would_gain' }] });
    expect((await grant(org.owner, 'behind', 'puppet')).members).toEqual(['puppet']);
  });

  it('refuses a grant to an account that the caller opened, until somebody else has reset it', async () => {
    const sock = await org.member('sock', 'member', administrator);
    await org.role('prod');
    const problem = await problemOf(grant(administrator, 'prod', sock.name));
    expect(problem).toMatchObject({ code: 'grant_refused', failures: [{ rule: 'caller_would_gain' }] });
    const { invitation } = await org.as(org.owner, 'resetUser', { params: { user: 'sock' } });
    await call(transportTo(org.url), 'acceptInvitation', {
      body: { invitation, password: 'correct horse battery staple' },
    });
    expect((await grant(administrator, 'prod', 'sock')).members).toEqual(['sock']);
  });

  it('lets the only owner grant to themselves, and says so in the events', async () => {
    await org.role('mine');
    expect((await grant(org.owner, 'mine', 'ana')).members).toEqual(['ana']);
    const { items } = await org.as(org.owner, 'listEvents', {
      query: { kind: 'role.granted', subject: 'ana' },
    });
    expect(items[0]).toMatchObject({ actor: 'ana', data: { role: 'mine', exception: 'only_owner' } });

    await org.member('olga', 'owner');
    await org.as(org.owner, 'confirmUser', { params: { user: 'olga' } });
    // Once there is another, closing that account makes nobody the only one again.
    await org.as(org.owner, 'disableUser', { params: { user: 'olga' } });
    await org.role('mine-alone');
    expect((await problemOf(grant(org.owner, 'mine-alone', 'ana'))).code).toBe('grant_refused');
    await org.as(org.owner, 'enableUser', { params: { user: 'olga' } });
    const back = await org.signIn('olga');
    await org.role('mine-too');
    expect((await problemOf(grant(org.owner, 'mine-too', 'ana'))).code).toBe('grant_refused');
    expect((await grant(back, 'mine-too', 'ana')).members).toEqual(['ana']);
    await org.as(back, 'confirmUser', { params: { user: 'adam' } });
  });
});

describe('taking a role away', () => {
  it('revokes what has just expired, too: the clocks of hosts may be behind', async () => {
    const alone = await TestOrganization.start();
    try {
      const slow = await alone.member('slow');
      await alone.role('web', [slow]);
      const key = newKey();
      await alone.prove(slow, key);
      const { id } = await alone.as(slow, 'issueUserCertificate', { body: { publicKey: key.line } });
      await alone.ask(`update certificates set valid_after = extract(epoch from now())::bigint - 7200,
        valid_before = extract(epoch from now())::bigint - 3600`);
      await alone.as(alone.owner, 'revokeRole', { params: { role: 'web', user: 'slow' } });
      const shown = await alone.as(alone.owner, 'showCertificate', { params: { certificate: id } });
      expect(shown.revoked).toBe(true);
    } finally {
      await alone.stop();
    }
  });

  it('revokes what was issued because of it, and nothing else', async () => {
    const cleo = await org.member('cleo');
    for (const role of ['lost', 'stays']) {
      await org.role(role);
      await grant(administrator, role, 'cleo');
    }
    const key = newKey();
    await org.prove(cleo, key);
    const issue = (role: string) =>
      org.as(cleo, 'issueUserCertificate', { body: { publicKey: key.line, role } });
    const [lost, stays] = [await issue('lost'), await issue('stays')];

    expect((await revoke(administrator, 'lost', 'cleo')).members).toEqual([]);

    const { items } = await org.as(org.owner, 'listCertificates', { query: { user: 'cleo' } });
    expect(Object.fromEntries(items.map(({ id, revoked }) => [id, revoked]))).toEqual({
      [lost.id]: true,
      [stays.id]: false,
    });
    expect((await problemOf(issue('lost'))).failures?.map(({ rule }) => rule)).toEqual(['role_not_granted']);
    await issue('stays');
    expect((await problemOf(revoke(administrator, 'lost', 'cleo'))).code).toBe('already_so');

    // Granted again it gives new certificates; what was revoked stays so.
    await grant(administrator, 'lost', 'cleo');
    await issue('lost');
    const again = await org.as(org.owner, 'showCertificate', { params: { certificate: lost.id } });
    expect(again.revoked).toBe(true);
  });
});
