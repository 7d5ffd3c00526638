import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCutList } from '@writ/hosts';
import { newKey, problemOf, TestOrganization, type Member } from './organization.js';
import { TestHost } from './test-host.js';

let acme: TestOrganization;
let bob: Member;
let web: TestHost;
let old: TestHost;
const keys = [newKey('bob one'), newKey('bob two')];

beforeAll(async () => {
  acme = await TestOrganization.start();
  bob = await acme.member('bob');
  for (const key of keys) await acme.prove(bob, key);
  await acme.role('web', [bob]);
  web = await TestHost.join(acme, 'web-1.acme.example');
  old = await TestHost.join(acme, 'old-1.acme.example');
  web.has.cut = '0';
  await web.take(0);
  await old.take(0);
});
afterAll(() => acme.stop());

const revoke = (body: object) => acme.as(acme.owner, 'revoke', { body: { reason: 'test', ...body } });
const issue = () =>
  acme.as(bob, 'issueUserCertificate', { body: { publicKey: keys[0]?.line ?? '', role: 'web' } });
const authority = async () => {
  const { items } = await acme.as(acme.owner, 'listAuthorities');
  return items.find(({ kind }) => kind === 'user')?.fingerprint ?? '';
};
/** The list behind its signature. */
const read = (cut: string | undefined) => parseCutList(cut?.split('-----END SSH SIGNATURE-----\n')[1] ?? '');
/** What the host is told until it has that KRL: the cut list that comes with it. */
async function cutUpTo(krlVersion: string) {
  for (;;) {
    const { cut } = await web.take(50);
    if (web.has.krl === krlVersion) return read(cut);
  }
}
const enforcement = (version: string) => acme.as(acme.owner, 'enforcement', { params: { version } });
const acts = async () => (await acme.as(acme.owner, 'listRevocations')).items;

describe('the list of sessions that are to be ended', () => {
  it('is sent to nobody as long as nothing is to be cut', async () => {
    await revoke({ publicKey: newKey().line });
    expect([...(await web.take(50)).parts.keys()]).toEqual(['krl-signature', 'krl']);
    expect((await acts())[0]).toMatchObject({ cut: 0 });
  });

  it('comes with the KRL to whoever takes one and waits, under its number, signed', async () => {
    const { id } = await issue();
    await old.take(50);
    const [waits, waitsToo] = [web.take(50), old.take(50)];
    const { krlVersion, cut } = await revoke({ certificates: [id], cut: true });
    expect(cut).toBe(1);
    const told = await waits;
    expect([...told.parts.keys()]).toEqual(['krl-signature', 'krl', 'cut']);
    expect([...(await waitsToo).parts.keys()]).toEqual(['krl-signature', 'krl']);
    const serial = BigInt(id.split(':')[1] ?? 0);
    expect(read(told.cut)).toMatchObject({
      organization: acme.handle,
      number: BigInt(krlVersion),
      certificates: [{ authority: await authority(), first: serial, last: serial }],
      keys: [],
      sessions: [],
    });
    expect((await web.take(0)).status).toBe(204);
    expect((await web.ask(0, { has: { ...web.has, cut: '1' } })).cut).toBe(told.cut);
    verified(told.cut ?? '', (await acme.raw(null, 'GET', '/trust/bundle-key.pub')).text);
  });

  it('names a certificate again that was revoked and not cut, and says nothing new else', async () => {
    const { id } = await issue();
    const { krlVersion } = await revoke({ certificates: [id] });
    await web.take(50);
    const answer = await revoke({ certificates: [id], cut: true });
    expect(answer).toMatchObject({ certificates: 0, keys: 0, cut: 1, alreadyRevoked: true });
    expect(BigInt(answer.krlVersion)).toBe(BigInt(krlVersion) + 1n);
    expect((await acts())[0]).toMatchObject({ certificates: 0, cut: 1, krlVersion: answer.krlVersion });
    expect((await cutUpTo(answer.krlVersion)).number).toBe(BigInt(answer.krlVersion));
  });

  it('names every key that a person ever had, so that it names sessions of certificates that have expired', async () => {
    const lost = keys[1];
    await revoke({ publicKey: lost?.line });
    const { id } = await issue();
    const answer = await revoke({ user: 'bob', cut: true });
    expect(answer).toMatchObject({ keys: 1, alreadyRevoked: false });
    const list = await cutUpTo(answer.krlVersion);
    expect(list.keys).toEqual(keys.map(({ fingerprint }) => fingerprint).sort());
    const serial = BigInt(id.split(':')[1] ?? 0);
    expect(list.certificates.some(({ first, last }) => first <= serial && serial <= last)).toBe(true);
    const [event] = (await acme.as(acme.owner, 'listEvents', { query: { kind: 'user.revoked' } })).items;
    expect(event).toMatchObject({ subject: 'bob', data: { cut: answer.cut } });
  });

  it('is worked off by hosts, which is counted, and the signed text that says so is kept', async () => {
    const { krlVersion } = await revoke({ publicKey: newKey().line, cut: true });
    await web.take(50);
    expect((await enforcement(krlVersion)).totals).toMatchObject({ enforced: 0, cut: 0, sessionsEnded: 0 });
    await old.enforces();
    await web.enforces({ cut: BigInt(krlVersion) - 1n });
    expect((await enforcement(krlVersion)).totals).toMatchObject({ enforced: 2, cut: 0, sessionsEnded: 0 });
    expect(await web.enforces({ cut: BigInt(krlVersion), sessions: 3 })).toMatchObject({ status: 204 });
    await web.enforces({ cut: BigInt(krlVersion), sessions: 1, unknown: 2 });
    const { totals, items } = await enforcement(krlVersion);
    expect(totals).toMatchObject({ enforced: 2, cut: 1, sessionsEnded: 4, unknownSessions: 2 });
    expect(items).toMatchObject([
      { host: 'old-1.acme.example', cut: false, sessionsEnded: 0, unknownSessions: null },
      { host: 'web-1.acme.example', cut: true, sessionsEnded: 4, unknownSessions: 2 },
    ]);
    const host = 'web-1.acme.example';
    expect(await acme.as(acme.owner, 'showHost', { params: { host } })).toMatchObject({
      proved: { unknownSessions: 2 },
    });
    // What it says last counts.
    await web.enforces({ cut: BigInt(krlVersion), unknown: 0 });
    expect((await enforcement(krlVersion)).totals).toMatchObject({ sessionsEnded: 4, unknownSessions: 0 });
    const [row] = await acme.ask<{ statement: string }>(
      'select statement from host_statements where host_id = $1 and krl_version = $2',
      [web.id, krlVersion],
    );
    expect(row?.statement).toContain(`cut ${krlVersion}\nsessions 3\n`);
    const plain = await revoke({ publicKey: newKey().line });
    expect((await enforcement(plain.krlVersion)).totals).toMatchObject({ cut: null });
  });

  it('is refused of who may not revoke', async () => {
    const mia = await acme.member('mia');
    const asked = acme.as(mia, 'revoke', { body: { reason: 'x', publicKey: newKey().line, cut: true } });
    expect((await problemOf(asked)).code).toBe('permission_missing');
  });

  it('names nothing any more a week later', async () => {
    acme.advance(8 * 24 * 3_600_000);
    const later = newKey();
    const body = { publicKey: later.line, reason: 'test', cut: true };
    await acme.as(await acme.signIn('ana'), 'revoke', { body });
    const [list] = await acme.ask<{ text: string }>(
      'select text from cut_lists order by number desc limit 1',
    );
    const named = { certificates: [], keys: [later.fingerprint], sessions: [] };
    expect(parseCutList(list?.text ?? '')).toMatchObject(named);
    await acme.tidy();
    expect(await acme.ask('select from cuts')).toHaveLength(1);
  });
});

/** ssh-keygen takes it under the bundle key and the namespace of cut lists, and no altered one. */
function verified(list: string, bundleKey: string): void {
  const directory = mkdtempSync(join(tmpdir(), 'writ-cut-'));
  try {
    const at = (name: string): string => join(directory, name);
    const end = list.indexOf('writ-cut 1\n');
    writeFileSync(at('signers'), `writ namespaces="cut@writ" ${bundleKey}`);
    writeFileSync(at('sig'), list.slice(0, end));
    const words = ['-Y', 'verify', '-f', at('signers'), '-I', 'writ', '-n', 'cut@writ', '-s', at('sig')];
    const verify = (input: string): string =>
      execFileSync('ssh-keygen', words, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
    expect(verify(list.slice(end))).toContain('Good "cut@writ" signature');
    expect(() => verify(list.slice(end).replace('number ', 'number 9'))).toThrow();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
