import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKey, TestOrganization, type OwnKey } from './organization.js';

let acme: TestOrganization;
/** A second API process over the same database. */
let elsewhere: string;
let directory: string;

beforeAll(async () => {
  acme = await TestOrganization.start();
  elsewhere = await acme.another();
  directory = mkdtempSync(join(tmpdir(), 'writ-krls-'));
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await acme.stop();
});

/** Revokes a key; resolves with it and the KRL that says so. */
async function revoke(): Promise<{ readonly key: OwnKey; readonly version: string }> {
  const key = newKey();
  const body = { publicKey: key.line, reason: 'test' };
  return { key, version: (await acme.as(acme.owner, 'revoke', { body })).krlVersion };
}

async function get(path: string, { tag = '', url = acme.url, signal = AbortSignal.timeout(20_000) } = {}) {
  const answer = await fetch(`${url}/v1/organizations/${acme.handle}${path}`, {
    headers: tag === '' ? {} : { 'if-none-match': tag },
    signal,
  });
  const { status, headers } = answer;
  return {
    status,
    bytes: Buffer.from(await answer.arrayBuffer()),
    tag: headers.get('etag') ?? '',
    cached: headers.get('cache-control'),
    location: headers.get('content-location'),
  };
}

const written = (name: string, content: string | Uint8Array): string => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};

/** What ssh-keygen says of a key by a KRL: 0 good, 1 revoked. */
const queried = (krl: Uint8Array, key: OwnKey): number | null =>
  spawnSync('ssh-keygen', ['-Qf', written('asked.krl', krl), written('asked.pub', key.line)]).status;

describe('a version of the KRL', () => {
  it('stays at its address, byte for byte, from every process, for ever to a cache', async () => {
    const first = await revoke();
    const published = await get('/krl');
    const second = await revoke();
    const address = `/krls/${first.version}`;
    const kept = await get(address);
    expect(kept).toMatchObject({
      ...{ status: 200, bytes: published.bytes, tag: published.tag },
      ...{ cached: 'public, max-age=31536000, immutable', location: null },
    });
    expect(await get(address, { url: elsewhere })).toEqual(kept);
    expect(await get(address, { tag: kept.tag })).toMatchObject({
      status: 304,
      tag: kept.tag,
      cached: kept.cached,
    });
    // The current one, too, and ssh-keygen reads both.
    expect((await get(`/krls/${second.version}`)).bytes).toEqual((await get('/krl')).bytes);
    expect([first, second].map(({ key }) => queried(kept.bytes, key))).toEqual([1, 0]);
    expect(queried((await get(`/krls/${second.version}`)).bytes, second.key)).toBe(1);
  });

  it('is found from the current one, with its signature, whatever is revoked meanwhile', async () => {
    await acme.as(acme.owner, 'createJoinToken', { body: { names: 'web-1.acme.example' } });
    const current = await get('/krl');
    const { version } = await revoke();
    expect(current.location).toBe(`krls/${BigInt(version) - 1n}`);
    expect((await get('/krl.sig')).location).toBe(`krls/${version}.sig`);
    const key = await acme.raw(null, 'GET', '/trust/bundle-key.pub');
    const signers = written('signers', `writ namespaces="krl@writ" ${key.text}`);
    for (const url of [acme.url, elsewhere]) {
      const signature = await get(`/${current.location}.sig`, { url });
      expect(signature).toMatchObject({ status: 200, cached: 'public, max-age=5' });
      const sig = written('sig', signature.bytes);
      const sha256 = createHash('sha256').update(current.bytes).digest('hex');
      const input = `writ-krl 1\norganization ${acme.handle}\nversion ${BigInt(version) - 1n}\nsha256 ${sha256}\n`;
      const words = ['-Y', 'verify', '-f', signers, '-I', 'writ', '-n', 'krl@writ', '-s', sig];
      expect(execFileSync('ssh-keygen', words, { input, encoding: 'utf8' })).toContain('Good "krl@writ"');
    }
  });

  it('is not there when it was never made, or is not kept any more, and no cache keeps that', async () => {
    const { version } = await revoke();
    await revoke();
    await acme.ask('delete from krls where organization_id = $1 and version = $2', [acme.id, version]);
    const next = BigInt(version) + 2n;
    for (const gone of [version, `${version}.sig`, `${next}`, `${next}.sig`, '0', '9223372036854775807']) {
      expect(await get(`/krls/${gone}`)).toMatchObject({ status: 404, cached: 'no-store' });
      expect((await acme.raw(null, 'GET', `/krls/${gone}`)).json).toMatchObject({ code: 'not_found' });
    }
    const nobodys = await fetch(`${acme.url}/v1/organizations/${'x'.repeat(16)}/krls/1`);
    expect(nobodys.status).toBe(404);
  });

  it.each(['x', '01', '-1', '1e3', '1%00', '9223372036854775808', '1.signature', 'x.sig'])(
    'has a number: not %s',
    async (version) => {
      const { status, json } = await acme.raw(null, 'GET', `/krls/${version}`);
      expect([status, json['code']]).toEqual([400, 'request_invalid']);
    },
  );

  it('is 0 before anything was revoked, and stays what it was', async () => {
    await acme.ask(`update sessions set strength = 'multi'`);
    const { handle } = await acme.as(acme.owner, 'createCustomer', {
      body: { name: 'fresh', namePatterns: ['*.fresh.example'] },
    });
    const fresh = acme.customer(handle);
    const current = await fresh.raw(null, 'GET', '/krl');
    expect(current.headers.get('content-location')).toBe('krls/0');
    const kept = await fresh.raw(null, 'GET', '/krls/0');
    expect([kept.status, kept.text]).toEqual([200, current.text]);
  });
});

describe('whoever waits for the next KRL', () => {
  /** So many may wait from one address. */
  const most = 32;

  it('has it as soon as it is there, in whatever process; of one address so many wait, and no more', async () => {
    const { tag } = await get('/krl');
    const all = Array.from({ length: most + 1 }, () => get('/krl?wait=55', { tag }));
    // All the others wait by then: they came before the one that there was no room for.
    const refused = await Promise.race(all);
    expect(refused).toMatchObject({ status: 429, cached: 'no-store' });
    // In another process they are counted on their own.
    const other = get('/krl?wait=55', { tag, url: elsewhere });
    expect((await get('/krl')).tag).toBe(tag);
    const { key, version } = await revoke();
    const told = (await Promise.all([...all, other])).filter((answer) => answer !== refused);
    for (const answer of told)
      expect(answer).toMatchObject({ status: 200, cached: 'no-store', location: `krls/${version}` });
    expect(new Set(told.map(({ bytes }) => bytes.toString('hex'))).size).toBe(1);
    expect(queried(told[0]?.bytes ?? Buffer.of(), key)).toBe(1);
  });

  it('is told at once what they do not have, and 304 when their time is over', async () => {
    const { tag, bytes } = await get('/krl');
    const over = get('/krl?wait=1', { tag });
    for (const other of ['', '"1-0"']) {
      const answer = await get('/krl?wait=55', { tag: other });
      expect(answer).toMatchObject({ status: 200, bytes, cached: 'no-store' });
    }
    expect(await over).toMatchObject({ status: 304, tag, cached: 'no-store' });
    expect(await get('/krl?wait=0', { tag })).toMatchObject({ status: 304, cached: 'public, max-age=5' });
  });

  it('leaves room for others when they hang up', async () => {
    const { tag } = await get('/krl');
    const leaving = new AbortController();
    const all = Array.from({ length: most + 1 }, () => get('/krl?wait=55', { tag, signal: leaving.signal }));
    expect((await Promise.race(all)).status).toBe(429);
    leaving.abort();
    const left = (await Promise.allSettled(all)).filter(({ status }) => status === 'rejected');
    expect(left).toHaveLength(most);
    const over = get('/krl?wait=55', { tag });
    await revoke();
    // Seen again and again until the connections have gone.
    let answer = await over;
    while (answer.status === 429) answer = await get('/krl?wait=55', { tag });
    expect(answer.status).toBe(200);
  });

  it('may be a host without the kit, with what the page for operators tells it to run', async () => {
    // A folder of its own: nothing else changes in it while it is watched.
    const folder = join(directory, 'host');
    mkdirSync(folder);
    const file = join(folder, 'revoked.krl');
    const key = await acme.raw(null, 'GET', '/trust/bundle-key.pub');
    written('host/signers', `writ namespaces="krl@writ" ${key.text}`);
    const page = readFileSync(join(import.meta.dirname, '../../docs/operators.md'), 'utf8');
    const script = (/^```text\n(base=[^]*?)^```$/m.exec(page)?.[1] ?? '')
      .replace(/^base=.*/, `base=${acme.url}/v1/organizations/${acme.handle}`)
      .replace('/var/lib/revoked', folder)
      .replaceAll('/etc/ssh/revoked.krl', file);
    const host = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' });
    const watching = new AbortController();
    try {
      const changes = watch(folder, { signal: watching.signal })[Symbol.asyncIterator]();
      let revoked = await revoke();
      for (const last of [false, true]) {
        while (!existsSync(file) || queried(readFileSync(file), revoked.key) !== 1) await changes.next();
        if (!last) revoked = await revoke();
      }
      expect(readFileSync(file)).toEqual((await get('/krl')).bytes);
    } finally {
      watching.abort();
      process.kill(-(host.pid ?? 0), 'SIGKILL');
    }
  });

  it.each(['56', '-1', '1.5', 'x', '1&x=1'])('asks in whole seconds, at most 55: not %s', async (wait) => {
    const { status, json } = await acme.raw(null, 'GET', `/krl?wait=${wait}`);
    expect([status, json['code']]).toEqual([400, 'request_invalid']);
  });
});
