import { randomUUID } from 'node:crypto';
import { EnforcementTotals, eventReader } from '@writ/contract';
import { enforcementText, type EnforcementStatement } from '@writ/hosts';
import { keepPresence, openScoped } from '@writ/storage';
import { Client } from 'pg';
import { newKey, problemOf, sshsig, TestOrganization, type OwnKey } from './organization.js';
import { TestHost } from './test-host.js';

let acme: TestOrganization;
let web: TestHost;
let db: TestHost;

beforeAll(async () => {
  acme = await TestOrganization.start();
  web = await TestHost.join(acme, 'web-1.acme.example');
  db = await TestHost.join(acme, 'db-1.acme.example');
  await TestHost.join(acme, 'new-1.acme.example');
});
afterAll(() => acme.stop());

/** Revokes whatever; resolves to the version of the KRL that says so. */
async function revoke(): Promise<string> {
  const { krlVersion } = await acme.as(acme.owner, 'revoke', {
    body: { publicKey: newKey().line, reason: 'test' },
  });
  return krlVersion;
}
const enforcement = (version: string, query: object = {}) =>
  acme.as(acme.owner, 'enforcement', { params: { version }, query });

/** The state of each host. */
async function states(version: string): Promise<Readonly<Record<string, string>>> {
  const { items } = await enforcement(version);
  return Object.fromEntries(items.map(({ host, state }) => [host.replace('.acme.example', ''), state]));
}
const rows = () => acme.ask('select * from host_statements order by host_id, krl_version');

describe('what hosts have proved', () => {
  it('is, where nothing was revoked yet, that they use the KRL that says so', async () => {
    expect(await db.enforces()).toMatchObject({ status: 204 });
    expect(await states('0')).toEqual({ 'web-1': 'never', 'db-1': 'enforced', 'new-1': 'never' });
  });

  it('is told host by host: who enforces a KRL, who was heard of and has not proved it, who is silent, who never came', async () => {
    const before = await revoke();
    expect(await web.enforces()).toMatchObject({ status: 204 });
    await db.reports();
    expect(await states(before)).toEqual({ 'web-1': 'enforced', 'db-1': 'behind', 'new-1': 'never' });
    const version = await revoke();
    expect(await states(version)).toEqual({ 'web-1': 'behind', 'db-1': 'behind', 'new-1': 'never' });
    expect(await db.enforces()).toMatchObject({ status: 204 });
    await acme.ask(`update hosts set last_seen_at = now() - interval '16 minutes' where id = $1`, [web.id]);
    await acme.ask(`delete from host_presence where host_id = $1`, [web.id]);
    await acme.ask(
      `update host_statements set confirmed_at = stated_at - interval '16 minutes' where host_id = $1`,
      [web.id],
    );
    const { totals, items } = await enforcement(version);
    expect(totals).toMatchObject({
      krlVersion: version,
      hosts: 3,
      enforced: 1,
      behind: 0,
      silent: 1,
      never: 1,
    });
    expect(items.map(({ host, state }) => [host, state])).toEqual([
      ['db-1.acme.example', 'enforced'],
      ['new-1.acme.example', 'never'],
      ['web-1.acme.example', 'silent'],
    ]);
    expect(items[0]).toMatchObject({ provedKrlVersion: version, since: expect.any(String) as string });
    expect(items[2]).toMatchObject({ provedKrlVersion: before, since: null });
    // Who enforces what came later enforces this, too.
    expect(await states(before)).toEqual({ 'web-1': 'enforced', 'db-1': 'enforced', 'new-1': 'never' });
    expect(await acme.as(acme.owner, 'showHost', { params: { host: 'db-1' } })).toMatchObject({
      proved: { krlVersion: version },
    });
  });

  it('comes in pages, and of one state alone', async () => {
    const version = await revoke();
    const first = await enforcement(version, { limit: 2 });
    expect(first.items.map(({ host }) => host)).toEqual(['db-1.acme.example', 'new-1.acme.example']);
    const second = await enforcement(version, { limit: 2, cursor: first.next });
    expect(second).toMatchObject({
      items: [{ host: 'web-1.acme.example' }],
      next: null,
      totals: { hosts: 3 },
    });
    expect((await enforcement(version, { state: 'never' })).items).toMatchObject([
      { host: 'new-1.acme.example' },
    ]);
    expect((await problemOf(enforcement(version, { cursor: 'x' }))).code).toBe('cursor_invalid');
  });

  it('of what was not published is not told, nor to who may not see hosts', async () => {
    const next = String(BigInt(await revoke()) + 1n);
    expect((await problemOf(enforcement(next))).code).toBe('not_found');
    for (const wrong of ['-1', 'x', '01', String(1n << 63n)])
      expect((await problemOf(enforcement(wrong))).code).toBe('request_invalid');
    const mia = await acme.member('mia');
    const asked = acme.as(mia, 'enforcement', { params: { version: '0' } });
    expect((await problemOf(asked)).code).toBe('permission_missing');
  });

  it('counts since it was first stated, and no more once the host says that it does not, until it proves it anew', async () => {
    const version = await revoke();
    await web.enforces();
    const since = async () =>
      (await enforcement(version, { state: 'enforced' })).items.find(({ host }) => host === web.name)?.since;
    const first = await since();
    expect(first).toEqual(expect.any(String));
    await web.enforces();
    expect(await since()).toBe(first);
    await web.reports('bundle_unreadable');
    expect(await since()).toBe(first);
    await web.reports('revocations_not_enforced');
    expect((await states(version))['web-1']).toBe('behind');
    expect((await states('0'))['web-1']).toBe('behind');
    await web.enforces();
    expect(Date.parse((await since()) ?? '')).toBeGreaterThan(Date.parse(first ?? ''));
  });

  it('is what a host has now: one that went back to an older KRL enforces that alone', async () => {
    const older = await revoke();
    const statement = await web.statement();
    const newer = await revoke();
    await web.enforces();
    expect((await states(newer))['web-1']).toBe('enforced');
    expect(await web.enforces({ ...statement, nonce: await web.nonce() })).toMatchObject({ status: 204 });
    expect((await states(newer))['web-1']).toBe('behind');
    expect((await states(older))['web-1']).toBe('enforced');
    await web.enforces();
    expect((await states(newer))['web-1']).toBe('enforced');
  });
});

/** Follows a KRL's enforcement over HTTP; `told` resolves with the next event, and with null when the stream has ended. */
async function followed(version: string, url = acme.url, token = acme.owner.token) {
  const events: string[] = [];
  const hangUp = new AbortController();
  const answer = await fetch(`${url}/v1/organizations/${acme.handle}/krl/${version}/enforcement/stream`, {
    headers: { authorization: `Bearer ${token}` },
    signal: hangUp.signal,
  });
  const take = eventReader(({ data }) => events.push(data));
  const reader = answer.body?.getReader();
  const told = async (): Promise<EnforcementTotals | null> => {
    for (;;) {
      const event = events.shift();
      if (event !== undefined) return EnforcementTotals.parse(JSON.parse(event));
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) return null;
      take(value as Uint8Array);
    }
  };
  return { answer, told, leave: () => hangUp.abort() };
}

describe('whoever follows the enforcement of a KRL', () => {
  it('hears of what is proved to whatever process, as it is proved', async () => {
    const version = await revoke();
    const elsewhere = await acme.another();
    const { answer, told, leave } = await followed(version, elsewhere);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(await told()).toMatchObject({ krlVersion: version, hosts: 3, enforced: 0 });
    await web.enforces();
    for (let event = await told(); event?.enforced !== 1; event = await told()) expect(event).not.toBeNull();
    await web.reports('revocations_not_enforced');
    for (let event = await told(); event?.enforced !== 0; event = await told()) expect(event).not.toBeNull();
    leave();
  });

  it('is refused what is refused to who asks once', async () => {
    const next = String(BigInt(await revoke()) + 1n);
    expect((await followed(next)).answer.status).toBe(404);
    expect((await followed('x')).answer.status).toBe(400);
    const nia = await acme.member('nia');
    expect((await followed('0', acme.url, nia.token)).answer.status).toBe(403);
  });
});

describe('what many hosts prove at once', () => {
  it('is kept in a few transactions, and each is told', async () => {
    const hosts = await Promise.all(
      Array.from({ length: 16 }, (_, n) => TestHost.join(acme, `many-${n}.acme.example`)),
    );
    const version = await revoke();
    const texts = await Promise.all(hosts.map(async (host) => enforcementText(await host.statement())));
    const { url, transactions } = await acme.counting();
    // The organization's handle is known there.
    await fetch(`${url}/v1/organizations/${acme.handle}/krl`);
    const before = transactions();
    const taken = await Promise.all(hosts.map((host, n) => host.state(texts[n] ?? '', { url })));
    expect(taken.map(({ status }) => status)).toEqual(hosts.map(() => 204));
    // A beat of who listens may be among them.
    expect(transactions() - before).toBeLessThan(12);
    const { items } = await enforcement(version, { state: 'enforced' });
    expect(items).toHaveLength(16);
  });

  it('waits for its turn, however many come from one address', async () => {
    const text = enforcementText(await web.statement());
    const other = new Client(acme.database.connection('owner'));
    await other.connect();
    await other.query('begin; lock table host_statements in exclusive mode');
    const answers = Promise.all(Array.from({ length: 280 }, () => web.state(text)));
    // None can be kept now. Once these are answered all of the others have come.
    for (let n = 0; n < 20; n++) await fetch(`${acme.url}/healthz`);
    await other.query('commit');
    await other.end();
    const statuses = (await answers).map(({ status }) => status).sort();
    expect(statuses).toEqual([204, ...Array.from({ length: 279 }, () => 422)]);
  });

  it('one host after the other, when they are of one: one of two with the same nonce is kept', async () => {
    const text = enforcementText(await web.statement());
    const both = await Promise.all([web.state(text), web.state(text)]);
    expect(both.map(({ status }) => status).sort()).toEqual([204, 422]);
  });
});

describe('when hosts were last heard of', () => {
  const seenOf = async (host: TestHost) =>
    (await acme.ask<{ seen_at: Date }>('select seen_at from host_presence where host_id = $1', [host.id]))[0]
      ?.seen_at;

  it('is kept in one statement, never goes back, and says nothing of what is no host', async () => {
    const store = openScoped({ connection: acme.database.connection('app'), connections: 1 });
    const keep = (at: Date) =>
      store.within([acme.id], (tx) =>
        keepPresence(tx, [
          { organizationId: acme.id, hostId: db.id, at },
          { organizationId: acme.id, hostId: randomUUID(), at },
        ]),
      );
    try {
      await acme.ask('delete from host_presence');
      const now = new Date();
      await keep(now);
      await keep(new Date(now.getTime() - 60_000));
      expect(await seenOf(db)).toEqual(now);
      expect(await acme.ask('select * from host_presence')).toHaveLength(1);
      const shown = await acme.as(acme.owner, 'showHost', { params: { host: 'db-1' } });
      expect(Date.parse(shown.lastSeenAt ?? '')).toBeGreaterThanOrEqual(now.getTime());
    } finally {
      await store.close();
    }
  });
});

describe('what is kept of old KRLs', () => {
  it('is forgotten with them, but for what each host stated last', async () => {
    await acme.ask('delete from host_statements');
    await db.enforces();
    const older = await revoke();
    await web.enforces();
    const newer = await revoke();
    await web.enforces();
    await acme.ask('delete from krls where version <= $1', [older]);
    await acme.tidy();
    const kept = await acme.ask<{ host_id: string; krl_version: string }>(
      'select host_id, krl_version from host_statements',
    );
    expect(kept.map(({ host_id, krl_version }) => `${host_id} ${krl_version}`).sort()).toEqual(
      [`${web.id} ${newer}`, `${db.id} ${BigInt(older) - 1n}`].sort(),
    );
  });
});

describe('a statement is refused, and changes nothing,', () => {
  let key: OwnKey;
  beforeAll(() => {
    key = newKey();
  });

  async function refusedBy(rule: string, given: Promise<Awaited<ReturnType<TestHost['state']>>>) {
    const before = await rows();
    expect((await given).json).toMatchObject({ code: 'statement_refused', failures: [{ rule }] });
    expect(await rows()).toEqual(before);
  }
  const said = (different: Partial<EnforcementStatement> = {}) => web.statement(different);

  it('that is none', async () => {
    await refusedBy('statement_malformed', web.state('hello'));
    await refusedBy('statement_malformed', web.state(`${enforcementText(await said())}\n`));
    const unsaid = enforcementText(await said()).replace('canary revoked', 'canary ok');
    await refusedBy('statement_malformed', web.state(unsaid));
  });

  it("that is another organization's, or another host's", async () => {
    await refusedBy('of_another_organization', web.enforces({ organization: '0'.repeat(16) }));
    await refusedBy('of_another_host', web.enforces({ host: db.id }));
    // As it is, with the other host's signature.
    await refusedBy('of_another_host', db.state(enforcementText(await said())));
    await refusedBy('nonce_unknown', web.enforces({ nonce: await db.nonce() }));
  });

  it('whose nonce is made up, altered, late, or used before', async () => {
    const nonce = await web.nonce();
    await refusedBy('nonce_unknown', web.enforces({ nonce: 'writ_n.x' }));
    await refusedBy('nonce_unknown', web.enforces({ nonce: nonce.replace(/\.\d+\./, '.1.') }));
    await refusedBy('nonce_unknown', web.enforces({ nonce: web.token }));
    const early = await web.nonce();
    const text = enforcementText(await said());
    expect(await web.state(text)).toMatchObject({ status: 204 });
    await refusedBy('nonce_used', web.state(text));
    await refusedBy('nonce_used', web.enforces({ nonce: early }));
    // Nor does it say anything of another KRL.
    await revoke();
    await refusedBy('nonce_used', web.enforces({ nonce: early }));
    // A clock that was wrong, and was put right, keeps nobody from stating.
    acme.advance(3_600_000);
    await web.enforces();
    acme.advance(-3_600_000);
    expect(await web.enforces()).toMatchObject({ status: 204 });
    const late = await web.nonce();
    acme.advance(301_000);
    try {
      await refusedBy('nonce_late', web.enforces({ nonce: late }));
    } finally {
      acme.advance(-301_000);
    }
  });

  it('that was altered, is signed for something else, or by a key that is not the host’s', async () => {
    const text = enforcementText(await said());
    const signature = sshsig(web.key, 'enforced@writ', text).replace(/-----[A-Z ]+-----|\n/g, '');
    const altered = Buffer.from(text.replace('sessions 0', 'sessions 9')).toString('base64');
    await refusedBy(
      'signature_invalid',
      web.raw('POST', '/host/statements', { statement: altered, signature }),
    );
    await refusedBy('signature_invalid', web.state(text, { namespace: 'host-proof@writ' }));
    await refusedBy('key_unknown', web.state(text, { key }));
    await refusedBy('key_unknown', web.state(text, { key: db.key }));
    const garbage = { statement: Buffer.from(text).toString('base64'), signature: 'AAAA' };
    await refusedBy('signature_invalid', web.raw('POST', '/host/statements', garbage));
  });

  it('that names a KRL which there never was, or of other bytes', async () => {
    await refusedBy('krl_unknown', web.enforces({ krlVersion: 999n }));
    await refusedBy('krl_unknown', web.enforces({ krlSha256: '0'.repeat(64) }));
    await refusedBy('krl_unknown', web.enforces({ krlVersion: 0n }));
  });

  it('that names a list of sessions to end which there never was, or more sessions than a host has', async () => {
    await refusedBy('cut_unknown', web.enforces({ cut: 1n }));
    const { krlVersion } = await acme.as(acme.owner, 'revoke', {
      body: { publicKey: newKey().line, reason: 'test', cut: true },
    });
    await refusedBy('cut_unknown', web.enforces({ cut: BigInt(krlVersion) + 1n }));
    await refusedBy('statement_malformed', web.enforces({ cut: BigInt(krlVersion), sessions: 99_999_999 }));
    expect(await web.enforces({ cut: BigInt(krlVersion), sessions: 100_000 })).toMatchObject({ status: 204 });
    const isCut = async () => {
      const { items } = await acme.as(acme.owner, 'enforcement', { params: { version: krlVersion } });
      return items.find(({ host }) => host === web.name)?.cut;
    };
    expect(await isCut()).toBe(true);
    // What it said before does not count any more.
    await web.enforces({ cut: null });
    expect(await isCut()).toBe(false);
  });

  it('by a key that was revoked, and by a host that was removed', async () => {
    const own = newKey();
    const gone = await TestHost.join(acme, 'gone-1.acme.example', {}, acme.owner, own);
    await acme.as(acme.owner, 'revoke', { body: { publicKey: own.line, reason: 'test' } });
    await refusedBy('key_unknown', gone.enforces());
    await acme.as(acme.owner, 'removeHost', { params: { host: 'gone-1' }, body: {} });
    expect((await gone.enforces()).json).toMatchObject({ code: 'host_removed' });
    expect((await states('0'))['gone-1']).toBeUndefined();
  });

  it('without a host token, or in an organization that is closed', async () => {
    expect((await acme.raw(acme.owner, 'POST', '/host/statements', {})).status).toBe(401);
    const text = enforcementText(await said());
    try {
      await acme.ask(`update organizations set state = 'closed' where id = $1`, [acme.id]);
      expect((await web.state(text)).status).toBe(404);
    } finally {
      await acme.ask(`update organizations set state = 'active' where id = $1`, [acme.id]);
    }
  });
});
