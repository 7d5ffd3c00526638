import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { newKey, TestOrganization } from './organization.js';
import { TestHost } from './test-host.js';

let acme: TestOrganization;
let web: TestHost;
let db: TestHost;
/** A second API process over the same database. */
let elsewhere: string;

beforeAll(async () => {
  acme = await TestOrganization.start();
  web = await TestHost.join(acme, 'web-1.acme.example', { tier: 'web' });
  db = await TestHost.join(acme, 'db-1.acme.example', { tier: 'db' });
  elsewhere = await acme.another();
});
afterAll(() => acme.stop());

/** Both have everything. */
beforeEach(async () => {
  for (const host of [web, db]) {
    await host.take(0);
    expect((await host.take(0)).status).toBe(204);
  }
});

let roles = 0;
const newRole = (selector: object): Promise<void> =>
  acme.role(`role-${(roles += 1)}`, [], { principals: 'role', logins: ['root'], selector });

/** A revocation, over whatever. */
async function revoke(): Promise<void> {
  await acme.as(acme.owner, 'revoke', { body: { publicKey: newKey().line, reason: 'test' } });
}

/** What waits in the service now. */
const asked = (host: TestHost, wait: number, url = acme.url) => host.take(wait, { url });

describe('a host asks what has changed', () => {
  it('and is told at once what it lacks: bundle and KRL, each with its size and digest', async () => {
    const { status, parts, text } = await web.ask(50, { has: {} });
    expect(status).toBe(200);
    expect([...parts.keys()]).toEqual(['bundle', 'krl-signature', 'krl']);
    for (const [name, part] of parts) {
      const digest = createHash('sha256').update(part).digest('hex');
      expect(text).toContain(`${name} ${Buffer.byteLength(part)} ${digest}\n`);
    }
    const { bundle = '', krl = '' } = web.has;
    expect([...(await web.ask(50, { has: { bundle } })).parts.keys()]).toEqual(['krl-signature', 'krl']);
    expect([...(await web.ask(50, { has: { krl } })).parts.keys()]).toEqual(['bundle']);
    expect((await web.ask(0)).status).toBe(204);
  });

  it('and ssh-keygen verifies the KRL that it gets, and the published one, and no other', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-krl-'));
    try {
      const at = (name: string): string => join(directory, name);
      const key = await acme.raw(null, 'GET', '/trust/bundle-key.pub');
      const { parts, krl } = await web.ask(0, { has: {} });
      const published = await acme.raw(null, 'GET', '/krl.sig');
      expect(published.text).toBe(parts.get('krl-signature'));
      writeFileSync(at('signers'), `writ namespaces="krl@writ" ${key.text}`);
      writeFileSync(at('sig'), published.text);
      const digest = createHash('sha256')
        .update(Buffer.from(parts.get('krl') ?? '', 'base64'))
        .digest('hex');
      const statement = (version: string): string =>
        `writ-krl 1\norganization ${acme.handle}\nversion ${version}\nsha256 ${digest}\n`;
      const words = ['-Y', 'verify', '-f', at('signers'), '-I', 'writ', '-n', 'krl@writ', '-s', at('sig')];
      const verify = (input: string): string =>
        execFileSync('ssh-keygen', words, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
      expect(verify(statement(krl ?? ''))).toContain('Good "krl@writ" signature');
      expect(() => verify(statement('999'))).toThrow();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('and waits; a role that chooses it wakes it, and nobody else', async () => {
    const [told, other] = [asked(web, 50), asked(db, 50)];
    const done: string[] = [];
    void other.then(() => done.push('db'));
    await newRole({ tier: 'web' });
    const { status, parts, bundle } = await told;
    expect({ status, parts: [...parts.keys()] }).toEqual({ status: 200, parts: ['bundle'] });
    expect(parts.get('bundle')).toContain(`host ${web.id}\n`);
    expect(bundle).toBe(web.has.bundle);
    expect((await web.take(0)).status).toBe(204);
    expect(done).toEqual([]);
    await newRole({ tier: 'db' });
    expect((await other).parts.get('bundle')).toContain(`host ${db.id}\n`);
  });

  it('and a revocation reaches all that wait, in whatever process', async () => {
    const told = [asked(web, 50), asked(db, 50, elsewhere)];
    await revoke();
    for (const { status, parts, krl } of await Promise.all(told)) {
      expect({ status, parts: [...parts.keys()] }).toEqual({ status: 200, parts: ['krl-signature', 'krl'] });
      expect(krl).toBe(web.has.krl);
    }
  });

  it('and that of an authority comes in one answer with the bundle that brings the next', async () => {
    const told = [asked(web, 50), asked(db, 50, elsewhere)];
    const { items } = await acme.as(acme.owner, 'listAuthorities', {});
    const authority =
      items.find(({ kind, state }) => kind === 'user' && state === 'active')?.fingerprint ?? '';
    await acme.as(acme.owner, 'revoke', { body: { authority, reason: 'test' } });
    for (const { parts } of await Promise.all(told))
      expect([...parts.keys()]).toEqual(['bundle', 'krl-signature', 'krl']);
  });

  it('without a query, when it has what it was last seen to need', async () => {
    const counted = await acme.counting();
    while ((await web.take(0, counted)).status !== 204) continue;
    // The beat that shows that changes are heard of has come by then: it is sent before anything else is asked.
    let before = -1;
    while (before !== counted.transactions()) {
      before = counted.transactions();
      await web.take(0, counted);
    }
    for (let n = 0; n < 5; n++) expect((await web.take(0, counted)).status).toBe(204);
    expect(counted.transactions()).toBe(before);
  });
});

describe('of one host one request is held', () => {
  it('the newest: 20 at once leave one, which is told', async () => {
    const all = Array.from({ length: 20 }, () => web.ask(50));
    let ended = 0;
    for (const one of all) void one.then(() => (ended += 1));
    const others = await firstOf(all, 19);
    expect(others.map(({ status }) => status)).toEqual(Array.from({ length: 19 }, () => 204));
    expect(ended).toBe(19);
    await revoke();
    expect((await Promise.all(all)).filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it.each([false, true])(
    'and one that hangs up is forgotten; to be answered with a nonce: %s',
    async (nonce) => {
      const leaving = new AbortController();
      const before = web.ask(50);
      await acme.raw(null, 'GET', '/krl');
      const gone = web.ask(50, { signal: leaving.signal, nonce });
      expect((await before).status).toBe(204);
      leaving.abort();
      await expect(gone).rejects.toThrow();
      const told = asked(web, 50);
      await revoke();
      expect((await told).status).toBe(200);
    },
  );
});

/** The first `count` that are answered. */
function firstOf<T>(all: readonly Promise<T>[], count: number): Promise<readonly T[]> {
  const first: T[] = [];
  return new Promise((resolve, reject) => {
    for (const one of all) {
      one.then((value) => {
        first.push(value);
        if (first.length === count) resolve([...first]);
      }, reject);
    }
  });
}

describe('is refused', () => {
  it.each([
    'wait=56',
    'wait=-1',
    'wait=1.5',
    'wait=x',
    'bundle=0',
    'bundle=1e3',
    'bundle=',
    `bundle=${'9'.repeat(19)}`,
    'krl=-1',
    'krl=1%00',
    'host=x',
  ])('with ?%s', async (query) => {
    const asking = acme.raw({ name: 'web', token: web.token }, 'GET', `/host/changes?${query}`);
    expect(await asking).toMatchObject({ status: 400, json: { code: 'request_invalid' } });
  });

  it('to people, to nobody, with an altered token, and elsewhere', async () => {
    const path = '/host/changes?wait=50';
    for (const who of [null, acme.owner, { name: 'web', token: `${web.token.slice(0, -2)}xx` }]) {
      expect(await acme.raw(who, 'GET', path)).toMatchObject({ status: 401 });
    }
    const other = await fetch(`${acme.url}/v1/organizations/${'x'.repeat(16)}/host/changes`, {
      headers: { authorization: `Bearer ${web.token}` },
    });
    expect(other.status).toBe(404);
  });
});

describe('faults while hosts wait', () => {
  it('their organization closes: they are told, and nobody waits there any more', async () => {
    const told = asked(web, 50);
    try {
      await acme.ask(`update organizations set state = 'closed' where id = $1`, [acme.id]);
      expect((await told).status).toBe(404);
      expect((await web.ask(50)).status).toBe(404);
    } finally {
      await acme.ask(`update organizations set state = 'active' where id = $1`, [acme.id]);
    }
  });

  it('the connection that listens is cut: they are told of what happened meanwhile', async () => {
    const told = asked(web, 50);
    // A role may end its own connections.
    const client = new Client(acme.database.connection('app'));
    await client.connect();
    try {
      const listening = `select pid from pg_stat_activity where application_name = 'writ changes'
        and datname = current_database()`;
      const before = (await client.query<{ pid: number }>(listening)).rows;
      expect(before.length).toBeGreaterThan(0);
      await client.query(`select pg_terminate_backend(pid) from (${listening}) found`);
    } finally {
      await client.end();
    }
    await newRole({ tier: 'web' });
    expect((await told).parts.has('bundle')).toBe(true);
  });
});
