import { newKey, problemOf, TestOrganization, type Member } from './organization.js';
import { TestHost } from './test-host.js';

/** acme with its only owner ana; bob and cleo, whom ana has let in; and a host that waits for what changes. */
let org: TestOrganization;
let bob: Member;
let host: TestHost;
let bobsKey = '';

beforeAll(async () => {
  org = await TestOrganization.start();
  bob = await org.member('bob');
  const key = newKey();
  bobsKey = key.line;
  await org.prove(bob, key);
  host = await TestHost.join(org, 'web-1.acme.example', { env: 'prod', tier: 'web' });
});
afterAll(() => org.stop());

const set = (role: string, body: object, by = org.owner) => org.as(by, 'setRole', { params: { role }, body });
const remove = (role: string, by = org.owner) => org.as(by, 'deleteRole', { params: { role } });
const issue = (role: string, ttlSeconds?: number) =>
  org.as(bob, 'issueUserCertificate', {
    body: { publicKey: bobsKey, role, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) },
  });
const revoked = async (certificate: string) =>
  (await org.as(org.owner, 'showCertificate', { params: { certificate } })).revoked;
const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
async function rulesOf(answer: Promise<unknown>): Promise<readonly string[]> {
  const { code, failures } = await problemOf(answer);
  return [code, ...(failures?.map(({ rule }) => rule) ?? [])];
}
const lastEvent = async (kind: string) =>
  (await org.as(org.owner, 'listEvents', { query: { kind } })).items[0];
const onHosts = { principals: 'role', selector: { env: 'prod' }, logins: ['deploy'] };

describe('another definition of a role', () => {
  it('changes what is said and nothing else, and says so', async () => {
    await org.role('kept', [], {
      criticalOptions: { forceCommand: 'uptime', sourceAddress: ['10.0.0.0/8'] },
    });
    const before = await org.as(org.owner, 'showRole', { params: { role: 'kept' } });
    expect(before.changedAt).toBeNull();
    const after = await set('kept', {
      ...{ logins: ['www'], maxTtlSeconds: 60 },
      criticalOptions: { sourceAddress: null, forceCommand: 'df' },
    });
    const { paths: _, ...was } = before;
    expect(after).toEqual({
      ...{ ...was, logins: ['www'], maxTtlSeconds: 60, criticalOptions: { forceCommand: 'df' } },
      changedAt: expect.any(String) as string,
    });
    expect(await lastEvent('role.changed')).toMatchObject({
      ...{ actor: 'ana', subject: 'kept' },
      data: {
        before: { logins: ['deploy'], maxTtlSeconds: 28_800 },
        after: { logins: ['www'], maxTtlSeconds: 60, criticalOptions: { forceCommand: 'df' } },
      },
    });
    expect(await codeOf(set('kept', { logins: ['www'] }))).toBe('already_so');
    expect(await codeOf(set('none', { logins: ['www'] }))).toBe('not_found');
  });

  it('is refused with every rule, and changes nothing', async () => {
    await org.role('right', [], onHosts);
    expect(await rulesOf(set('right', { selector: {}, logins: ['a', 'a'] }))).toEqual([
      'role_invalid',
      'selector_missing',
      'login_repeated',
    ]);
    expect(await rulesOf(set('right', { principals: 'logins' }))).toEqual([
      'role_invalid',
      'selector_unexpected',
    ]);
    for (const body of [{}, { logins: [] }, { name: 'left' }, { handle: 'x' }, { criticalOptions: { x: 1 } }])
      expect(await codeOf(set('right', body))).toBe('request_invalid');
    expect(await org.as(org.owner, 'showRole', { params: { role: 'right' } })).toMatchObject(onHosts);
  });

  it('reaches hosts that wait, at once', async () => {
    await org.role('hosts', [bob], { ...onHosts, selector: { env: 'test' } });
    while ((await host.take(0)).status !== 204) continue;
    const told = host.take(50);
    await set('hosts', { selector: { env: 'prod', tier: 'web' } });
    const { handle } = await org.as(org.owner, 'showRole', { params: { role: 'hosts' } });
    expect((await told).parts.get('bundle')).toContain(`role:${handle}`);
    const explained = await org.as(bob, 'explain', { query: { host: 'web-1', login: 'www' } });
    expect(explained.allowed).toBe(false);
    const again = host.take(50);
    await set('hosts', { logins: ['deploy', 'www'] });
    expect((await again).parts.has('bundle')).toBe(true);
    const now = await org.as(bob, 'explain', { query: { host: 'web-1', login: 'www' } });
    expect(now.allowed).toBe(true);
  });
});

describe('a certificate of a role that changes', () => {
  it('is revoked where it says what the role gives no more, and not where hosts are told', async () => {
    await org.role('narrows', [bob], onHosts);
    const one = await issue('narrows');
    await set('narrows', { logins: ['www'], selector: { env: 'prod', tier: 'web' } });
    await set('narrows', { extensions: ['permit-pty', 'permit-user-rc'] });
    expect(await revoked(one.id)).toBe(false);
    await set('narrows', { extensions: [] });
    expect(await revoked(one.id)).toBe(true);
    expect(await lastEvent('role.changed')).toMatchObject({ data: { certificates: 1 } });
    const two = await issue('narrows');
    expect(two.certificate).not.toBe(one.certificate);
    expect(await revoked(two.id)).toBe(false);
  });

  it('is revoked where it lasts longer than the role gives now', async () => {
    await org.role('shorter', [bob]);
    const [long, short] = [await issue('shorter'), await issue('shorter', 600)];
    await set('shorter', { maxTtlSeconds: 3600 });
    expect([await revoked(long.id), await revoked(short.id)]).toEqual([true, false]);
  });

  it('asked for while the role narrows is either as the role is now, or revoked', async () => {
    await org.role('raced', [bob], { extensions: ['permit-pty', 'permit-port-forwarding'] });
    let over = false;
    const asking = Array.from({ length: 3 }, async () => {
      const ids: string[] = [];
      while (!over) {
        const issued = await issue('raced').catch(() => null);
        if (issued !== null) ids.push(issued.id);
      }
      return ids;
    });
    await issue('raced');
    await set('raced', { extensions: [] });
    await issue('raced');
    over = true;
    const ids = (await Promise.all(asking)).flat();
    expect(ids.length).toBeGreaterThan(0);
    const trusted = await org.ask<{ text: string }>(
      `select encode(certificate, 'escape') as text from certificates c join roles r on r.id = c.role_id where r.name = 'raced'
       and not exists (select from revocations v where v.authority_id = c.authority_id and v.serial_from = c.serial)`,
    );
    expect(trusted.length).toBeGreaterThan(0);
    for (const { text } of trusted) expect(text).not.toContain('permit-');
  });
});

describe('a role is deleted', () => {
  it('where nobody holds it, and its name with it', async () => {
    await org.role('used', [bob]);
    await org.as(org.owner, 'createGroup', { body: { name: 'oncall' } });
    await org.as(org.owner, 'grantRoleToGroup', { params: { role: 'used' }, body: { group: 'oncall' } });
    const problem = await problemOf(remove('used'));
    expect(problem.code).toBe('in_use');
    expect(problem.detail).toMatch(/granted to bob .* and is granted to the groups oncall /);
    const one = await issue('used');
    await org.as(org.owner, 'revokeRole', { params: { role: 'used', user: 'bob' } });
    expect(await codeOf(remove('used'))).toBe('in_use');
    await org.as(org.owner, 'revokeRoleFromGroup', { params: { role: 'used', group: 'oncall' } });
    expect(await codeOf(remove('used', bob))).toBe('permission_missing');
    expect(await remove('used')).toMatchObject({ name: 'used', members: [], groups: [] });
    expect(await revoked(one.id)).toBe(true);
    expect(await codeOf(remove('used'))).toBe('not_found');
    expect(await codeOf(org.role('used'))).toBe('name_taken');
    const { items } = await org.as(org.owner, 'listRoles');
    expect(items.map(({ name }) => name)).not.toContain('used');
    expect(await lastEvent('role.deleted')).toMatchObject({ actor: 'ana', subject: 'used' });
  });

  it('is gone from hosts that wait, at once', async () => {
    await org.role('gone', [], onHosts);
    const { handle } = await org.as(org.owner, 'showRole', { params: { role: 'gone' } });
    while ((await host.take(0)).status !== 204) continue;
    const told = host.take(50);
    await remove('gone');
    const bundle = (await told).parts.get('bundle');
    expect(bundle).toContain('host ');
    expect(bundle).not.toContain(handle);
  });
});

describe('who changes a role', () => {
  it('needs the permissions, and gains nothing by it', async () => {
    const adam = await org.member('adam', 'administrator');
    await org.member('olga', 'owner');
    await org.as(org.owner, 'confirmUser', { params: { user: 'olga' } });
    const olga = await org.signIn('olga');
    await org.role('own');
    expect(await codeOf(set('own', { logins: ['root'] }, bob))).toBe('permission_missing');
    expect((await set('own', { logins: ['root'] }, adam)).logins).toEqual(['root']);
    await org.as(olga, 'grantRole', { params: { role: 'own' }, body: { user: 'adam' } });
    expect(await rulesOf(set('own', { logins: ['root', 'www'] }, adam))).toEqual([
      'grant_refused',
      'caller_would_gain',
    ]);
    expect(await rulesOf(set('own', { maxTtlSeconds: 86_400 }, adam))).toEqual([
      'grant_refused',
      'caller_would_gain',
    ]);
    // Less is theirs to say.
    await set('own', { maxTtlSeconds: 60 }, adam);

    await org.member('sock', 'member', adam);
    await org.role('behind');
    await org.as(olga, 'grantRole', { params: { role: 'behind' }, body: { user: 'sock' } });
    expect(await rulesOf(set('behind', { logins: ['root'] }, adam))).toEqual([
      'grant_refused',
      'caller_would_gain',
    ]);
    expect((await set('behind', { logins: ['root'] }, olga)).logins).toEqual(['root']);
  });

  it('chooses no command for others to run, neither by a change nor before the grant', async () => {
    const chooser = await org.member('chooser', 'administrator');
    const bea = await org.member('bea');
    const runs = (forceCommand: string, more: object = {}) => ({
      ...more,
      criticalOptions: { forceCommand },
    });
    const gain = ['grant_refused', 'caller_would_gain'];
    await org.role('run', [], onHosts);
    const olga = await org.signIn('olga');
    const grant = (role: string, user: string, by: Member) =>
      org.as(by, 'grantRole', { params: { role }, body: { user } });
    await org.as(olga, 'confirmUser', { params: { user: 'bea' } });
    await grant('run', 'bea', org.owner);
    expect(await rulesOf(set('run', runs('evil'), chooser))).toEqual(gain);
    expect(await rulesOf(set('run', runs('evil'), org.owner))).toEqual(gain);
    await grant('run', 'ana', olga);
    expect((await set('run', runs('uptime'))).criticalOptions).toEqual({ forceCommand: 'uptime' });
    const { roles } = await org.as(bea, 'explain', { query: { host: 'web-1', login: 'deploy' } });
    expect(roles.find(({ name }) => name === 'run')).toMatchObject({ forceCommand: 'uptime' });
    // Out of the role she goes on to count as in it.
    await org.as(org.owner, 'revokeRole', { params: { role: 'run', user: 'ana' } });
    expect(await rulesOf(set('run', { logins: ['deploy', 'root'] }))).toEqual(gain);
    expect((await set('run', { logins: ['deploy', 'root'] }, olga)).logins).toContain('root');

    const second = await org.member('second', 'administrator', chooser);
    const role = { ...onHosts, maxTtlSeconds: 60, logins: ['root'] };
    await org.as(second, 'createRole', { body: { ...role, name: 'evil', ...runs('evil') } });
    for (const by of [chooser, second]) expect(await rulesOf(grant('evil', 'bea', by))).toEqual(gain);
    await org.as(chooser, 'createGroup', { body: { name: 'evils' } });
    await org.as(olga, 'grantRoleToGroup', { params: { role: 'evil' }, body: { group: 'evils' } });
    const join = { params: { group: 'evils' }, body: { users: ['bea'], groups: [] } };
    expect(await rulesOf(org.as(chooser, 'addToGroup', join))).toEqual(gain);
    // Nobody is in it: another command may be chosen, by somebody who counts from then on.
    await set('evil', runs('worse'), olga);
    expect(await rulesOf(grant('evil', 'bea', olga))).toEqual(gain);
    expect((await grant('evil', 'bea', chooser)).members).toEqual(['bea']);
  });
});
