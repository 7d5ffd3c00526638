import { joinHost } from './join-host.js';
import { TestOrganization, type Member } from './organization.js';

let acme: TestOrganization;
/** Reaches the web servers; and by another role, as somebody else, everything in production. */
let bo: Member;
/** In no role. */
let cyd: Member;

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
  await joinHost(acme, 'web-1.acme.example', webLabels);
  await joinHost(acme, 'web-2.eu.acme.example', webLabels);
  await joinHost(acme, 'web-2.us.acme.example', { env: 'stage', tier: 'web' });
  await joinHost(acme, 'db-1.acme.example', { env: 'prod', tier: 'db' });
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
        roles: [
          expect.objectContaining({ name: 'anywhere', principals: 'logins', logins: ['backup'] }),
          expect.objectContaining({ name: 'prod-reader', principals: 'role', logins: ['viewer'] }),
          {
            name: 'web-admin',
            handle: role.handle,
            principals: 'role',
            logins: ['root', 'deploy'],
            maxTtlSeconds: 3600,
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
    await joinHost(acme, 'web-3.acme.example', webLabels);
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
