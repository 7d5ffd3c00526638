import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, type CallOutput } from '@writ/contract';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { fingerprint } from '@writ/openssh/key';
import { decodeKrl, isRevoked } from '@writ/openssh/krl';
import { verifySshsig } from '@writ/openssh/sshsig';
import { parseTrustBundle } from '@writ/openssh/trust';
import { parsePublicKeyLine } from '@writ/openssh/key';
import { transportTo } from '../service/person.js';
import { TestHost } from './test-host.js';
import { newKey, problemOf, TestOrganization, type Member, type OwnKey } from './organization.js';

let acme: TestOrganization;
let host: TestHost;
let key: OwnKey;
/** Signed in; again after the clock has moved. */
let ana: Member;

beforeAll(async () => {
  acme = await TestOrganization.start();
  ana = acme.owner;
  await acme.as(ana, 'createRole', {
    body: {
      name: 'web',
      principals: 'role',
      selector: { env: 'prod' },
      logins: ['root'],
      maxTtlSeconds: 3600,
    },
  });
  await acme.as(ana, 'grantRole', { params: { role: 'web' }, body: { user: 'ana' } });
  key = newKey();
  await acme.prove(ana, key);
  host = await TestHost.join(acme, 'web-1.acme.example', { env: 'prod' });
});
afterAll(() => acme.stop());

function issue(): Promise<CallOutput<'issueUserCertificate'>> {
  return acme.as(ana, 'issueUserCertificate', { body: { publicKey: key.line } });
}

function next(by: Member = ana, kind = 'user'): Promise<CallOutput<'createNextAuthority'>> {
  return acme.as(by, 'createNextAuthority', { params: { kind }, body: {} });
}

async function authorities(kind: 'user' | 'host') {
  const { items } = await acme.as(ana, 'listAuthorities');
  return items.filter((each) => each.kind === kind);
}

const serialOf = (line: string): bigint => parseCertificateLine(line).certificate.serial;

async function later(ms: number): Promise<void> {
  acme.advance(ms);
  ana = await acme.signIn('ana');
}

const signerOf = (line: string): string => fingerprint(parseCertificateLine(line).certificate.signatureKey);

describe('a new user CA', () => {
  let waiting: CallOutput<'createNextAuthority'>;
  /** The last certificate by the key before, and the first by the new one. */
  let last: CallOutput<'issueUserCertificate'>;
  let first: CallOutput<'issueUserCertificate'>;

  it('waits: hosts and clients learn it, and it signs nothing', async () => {
    const before = await issue();
    waiting = await next();
    expect(waiting.state).toBe('next');
    const [active] = await authorities('user');
    expect(signerOf((await issue()).certificate)).toBe(active?.fingerprint);
    const trusted = await acme.raw(null, 'GET', '/trust/user-ca.pub');
    expect(trusted.text.split('\n')).toContain(`${waiting.publicKey} acme user CA`);
    expect(signerOf(before.certificate)).toBe(active?.fingerprint);
  });

  it('is one at a time, and takes the permission', async () => {
    expect((await problemOf(next())).code).toBe('already_so');
    const bea = await acme.member('bea', 'administrator');
    expect((await problemOf(next(bea, 'host'))).code).toBe('permission_missing');
  });

  it('is not let sign while a host has not said that it knows it', async () => {
    const shown = await acme.as(ana, 'showNextAuthority', { params: { kind: 'user' } });
    expect(shown).toMatchObject({ hosts: 1, unaware: 1, unawareHosts: [{ name: 'web-1.acme.example' }] });
    const body = { fingerprint: waiting.fingerprint };
    const refused = await problemOf(acme.as(ana, 'activateAuthority', { params: { kind: 'user' }, body }));
    expect(refused).toMatchObject({ code: 'authority_unknown_to_hosts', status: 409 });
  });

  it('is let sign once every host has applied a bundle with it', async () => {
    await host.applyBundle();
    expect(await acme.as(ana, 'showNextAuthority', { params: { kind: 'user' } })).toMatchObject({
      unaware: 0,
      unawareHosts: [],
    });
    last = await issue();
    const stale = { fingerprint: (await authorities('user'))[0]?.fingerprint ?? '' };
    expect(
      (await problemOf(acme.as(ana, 'activateAuthority', { params: { kind: 'user' }, body: stale }))).code,
    ).toBe('decision_stale');
    const body = { fingerprint: waiting.fingerprint };
    const active = await acme.as(ana, 'activateAuthority', { params: { kind: 'user' }, body });
    expect(active).toMatchObject({ state: 'active', fingerprint: waiting.fingerprint });
    first = await issue();
    expect(signerOf(first.certificate)).toBe(waiting.fingerprint);
    // 'user:17' goes on naming one certificate.
    expect(serialOf(first.certificate)).toBeGreaterThan(serialOf(last.certificate));
  });

  it('leaves what the key before has signed revocable: ssh-keygen finds it in the KRL, and not the new one', async () => {
    await acme.as(ana, 'revoke', { body: { certificates: [last.id], reason: 'lost' } });
    const directory = mkdtempSync(join(tmpdir(), 'writ-krl-'));
    try {
      const krl = await call(transportTo(acme.url), 'krl', { params: { organization: acme.handle } });
      writeFileSync(join(directory, 'krl'), krl);
      const asked = ({ certificate }: typeof last) => {
        writeFileSync(join(directory, 'key-cert.pub'), `${certificate}\n`);
        return spawnSync('ssh-keygen', ['-Qf', 'krl', 'key-cert.pub'], { cwd: directory, encoding: 'utf8' });
      };
      expect(asked(last)).toMatchObject({ status: 1, stdout: expect.stringContaining('REVOKED') as string });
      expect(asked(first)).toMatchObject({ status: 0, stdout: expect.stringContaining('ok') as string });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('leaves the one before believed until its last certificate has ended, and no longer', async () => {
    const [old] = await authorities('user');
    expect(old).toMatchObject({ state: 'retired' });
    const until = Date.parse(old?.believedUntil ?? '') - Date.now();
    expect(until).toBeGreaterThan(3_500_000);
    expect(until).toBeLessThan(3_700_000);
    expect((await acme.raw(null, 'GET', '/trust/user-ca.pub')).text).toContain(old?.publicKey ?? '');
    await later(3_700_000);
    expect((await acme.raw(null, 'GET', '/trust/user-ca.pub')).text).not.toContain(old?.publicKey ?? '');
    expect(await host.fileOf('trusted_user_ca_keys')).toEqual([`${waiting.publicKey} acme user CA`]);
  });

  it('is never issued from by the old key, also while it is let sign', async () => {
    const after = await next();
    const racing = Array.from({ length: 12 }, () => issue().catch((error: unknown) => error));
    const activating = acme.as(ana, 'activateAuthority', {
      params: { kind: 'user' },
      body: { fingerprint: after.fingerprint, despiteUnaware: true },
    });
    const answers = await Promise.all(racing);
    await activating;
    const late = await Promise.all(Array.from({ length: 4 }, issue));
    for (const { certificate } of late) expect(signerOf(certificate)).toBe(after.fingerprint);
    const retired = (await authorities('user')).find(({ fingerprint: name }) => name === waiting.fingerprint);
    for (const answer of answers) {
      if (answer instanceof Error)
        expect(await problemOf(Promise.reject(answer))).toMatchObject({ code: 'decision_stale' });
      else {
        const { certificate, validBefore } = answer as CallOutput<'issueUserCertificate'>;
        if (signerOf(certificate) === waiting.fingerprint)
          expect(Date.parse(retired?.believedUntil ?? '')).toBeGreaterThanOrEqual(Date.parse(validBefore));
      }
    }
  });
});

describe('a new host CA', () => {
  it('waits for clients: as long as a session lasts', async () => {
    const made = await next(ana, 'host');
    const activate = (despiteUnaware: boolean) =>
      acme.as(ana, 'activateAuthority', {
        params: { kind: 'host' },
        body: { fingerprint: made.fingerprint, despiteUnaware },
      });
    expect((await problemOf(activate(false))).code).toBe('authority_unknown_to_hosts');
    await later(12 * 3_600_000 + 1000);
    expect((await activate(false)).state).toBe('active');
    const [line = ''] = (await host.fileOf('certificates/1')) ?? [];
    expect(signerOf(line)).toBe(made.fingerprint);
  });

  it('waits for sessions that began when they lasted longer, and for those of people to whom a role is delegated', async () => {
    const lasting = (seconds: number) =>
      acme.as(ana, 'updateOrganization', { body: { sessionLifeSeconds: seconds } });
    const waits = async (organization: string) => {
      const params = { organization, kind: 'host' };
      const made = await acme.as(ana, 'createNextAuthority', { params, body: {} });
      const { clientsUntil } = await acme.as(ana, 'showNextAuthority', { params });
      await acme.as(ana, 'retireNextAuthority', { params });
      return Math.round((Date.parse(clientsUntil) - Date.parse(made.createdAt)) / 3_600_000);
    };
    await acme.ask(`update sessions set strength = 'multi'`);
    const body = { name: 'globex', namePatterns: ['*.globex.example'], sessionLifeSeconds: 3600 };
    const { handle } = await acme.as(ana, 'createCustomer', { body });
    expect(await waits(handle)).toBe(1);
    const own = { params: { organization: handle } };
    const role = { name: 'web', principals: 'logins', logins: ['deploy'], maxTtlSeconds: 3600 } as const;
    await acme.as(ana, 'createRole', { ...own, body: role });
    const offer = { customer: 'globex', role: 'web', user: 'ana' };
    const { id } = await acme.as(ana, 'offerDelegation', { body: offer });
    const delegation = { organization: handle, delegation: id };
    await acme.as(ana, 'acceptDelegation', { params: delegation });
    await lasting(3600);
    expect(await waits(acme.handle)).toBe(12);
    expect(await waits(handle)).toBe(12);
    await lasting(12 * 3600);
  });

  it('can be given up, and is then forgotten', async () => {
    const made = await next(ana, 'host');
    await acme.as(ana, 'retireNextAuthority', { params: { kind: 'host' } });
    expect((await acme.raw(null, 'GET', '/trust/known_hosts')).text).not.toContain(made.publicKey);
    const gone = acme.as(ana, 'showNextAuthority', { params: { kind: 'host' } });
    expect((await problemOf(gone)).code).toBe('not_found');
  });
});

describe('the trust bundle', () => {
  it('is signed by the bundle key, says what is believed, and rises when that changes', async () => {
    const fetched = async () => {
      const bytes = await call(transportTo(acme.url), 'trustBundle', {
        params: { organization: acme.handle },
      });
      const [armored = '', text = ''] = Buffer.from(bytes)
        .toString()
        .split(/(?<=-----END SSH SIGNATURE-----\n)/);
      const signer = verifySshsig({ armored, namespace: 'trust@writ', message: Buffer.from(text) });
      return { signer: fingerprint(signer), bundle: parseTrustBundle(text), text };
    };
    const first = await fetched();
    const { text: bundleKey } = await acme.raw(null, 'GET', '/trust/bundle-key.pub');
    expect(first.signer).toBe(fingerprint(parsePublicKeyLine(bundleKey).key));
    expect((await fetched()).text).toBe(first.text);
    const made = await next(ana, 'host');
    const second = await fetched();
    expect(second.bundle.version).toBeGreaterThan(first.bundle.version);
    expect(second.bundle.hostAuthorities.map((each) => fingerprint(each))).toContain(made.fingerprint);
    expect(execFileSync('ssh-keygen', ['-lf', '-'], { input: bundleKey, encoding: 'utf8' })).toContain(
      first.signer,
    );
  });
});

describe('an authority whose key was stolen', () => {
  const revokeIt = (authority: string, by = ana) =>
    acme.as(by, 'revoke', { body: { authority, reason: 'its key was copied' } });
  const activeOf = async (kind: 'user' | 'host') =>
    (await authorities(kind)).find(({ state }) => state === 'active')?.fingerprint ?? '';
  const krl = async () => decodeKrl(await acme.as(ana, 'krl', {}));

  it('takes more than revoking does, and is one of the organization', async () => {
    await later(60_000);
    const operator = await acme.member('oleg', 'operator', ana);
    const name = await activeOf('user');
    expect((await problemOf(revokeIt(name, operator))).failures).toMatchObject([
      { rule: 'permission_missing' },
    ]);
    expect((await problemOf(revokeIt(newKey().fingerprint))).code).toBe('not_found');
    expect(await activeOf('user')).toBe(name);
  });

  it('signs no more and is believed no more, and another one signs at once', async () => {
    const stolen = await activeOf('user');
    const before = await issue();
    expect(signerOf(before.certificate)).toBe(stolen);
    const body = { authority: stolen };
    const foreseen = await acme.as(ana, 'previewRevocation', { body });
    expect(foreseen).toMatchObject({
      authority: { kind: 'user', state: 'active', successor: 'new' },
      keys: 1,
    });
    expect(await activeOf('user')).toBe(stolen);
    const answer = await revokeIt(stolen);
    expect(answer).toMatchObject({ certificates: foreseen.certificates, keys: 1, alreadyRevoked: false });
    expect(foreseen.stillValid).toBe(foreseen.certificates);

    const fresh = await issue();
    expect(signerOf(fresh.certificate)).toBe(await activeOf('user'));
    expect(serialOf(fresh.certificate)).toBeGreaterThan(serialOf(before.certificate));
    const made = await krl();
    expect(isRevoked(made, parseCertificateLine(before.certificate).certificate)).toBe(true);
    expect(isRevoked(made, parseCertificateLine(fresh.certificate).certificate)).toBe(false);
    // Every serial, also one that nobody here has given out.
    const forged = { ...parseCertificateLine(before.certificate).certificate, serial: 2n ** 64n - 1n };
    expect(isRevoked(made, forged)).toBe(true);
    const shown = await acme.as(ana, 'showCertificate', { params: { certificate: before.id } });
    expect(shown.revoked).toBe(true);
    expect((await revokeIt(stolen)).alreadyRevoked).toBe(true);

    const trusted = await acme.raw(null, 'GET', '/trust/user-ca.pub');
    expect(trusted.text).not.toContain((await keyOf(stolen)).split(' ')[1]);
    expect(await host.fileOf('trusted_user_ca_keys')).not.toContain(`${await keyOf(stolen)} acme user CA`);
    const known = await acme.raw(null, 'GET', '/trust/known_hosts');
    expect(known.text).toContain(`@revoked * ${await keyOf(stolen)} acme revoked CA\n`);
    const { items } = await acme.as(ana, 'listEvents', { query: { kind: 'authority.revoked' } });
    expect(items[0]).toMatchObject({
      subject: stolen,
      data: { was: 'active', successor: await activeOf('user') },
    });
  });

  it('of hosts: they get certificates by the one that follows, which waited', async () => {
    const stolen = await activeOf('host');
    const { authority: waiting } = await acme.as(ana, 'showNextAuthority', { params: { kind: 'host' } });
    const foreseen = await acme.as(ana, 'previewRevocation', { body: { authority: stolen } });
    expect(foreseen.authority).toEqual({ kind: 'host', state: 'active', successor: 'next' });
    expect((await revokeIt(stolen)).keys).toBe(1);
    expect(await activeOf('host')).toBe(waiting.fingerprint);
    const [line = ''] = (await host.fileOf('certificates/1')) ?? [];
    expect(signerOf(line)).toBe(waiting.fingerprint);
  });
});

async function keyOf(name: string): Promise<string> {
  const { items } = await acme.as(ana, 'listAuthorities');
  return items.find((each) => each.fingerprint === name)?.publicKey ?? '';
}
