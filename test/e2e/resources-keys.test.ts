import { newKey, problemOf, sshsig, TestOrganization, type Member, type OwnKey } from './organization.js';

let org: TestOrganization;
let bob: Member;
let cleo: Member;

beforeAll(async () => {
  org = await TestOrganization.start();
  bob = await org.member('bob');
  cleo = await org.member('cleo');
});
afterAll(() => org.stop());

const challengeFor = (member: Member, own: OwnKey) =>
  org.as(member, 'challengeKey', { body: { publicKey: own.line } });
const prove = (member: Member, own: OwnKey, challenge: string, signature: string) =>
  org.as(member, 'proveKey', { body: { publicKey: own.line, challenge, signature } });
const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;

describe('proving a key', () => {
  it('makes it the caller’s for good, and answers the same again', async () => {
    const key = newKey('bob@laptop');
    const proved = await org.prove(bob, key);
    expect(proved).toMatchObject({
      fingerprint: key.fingerprint,
      user: 'bob',
      comment: 'bob@laptop',
      revokedAt: null,
    });
    expect(await org.prove(bob, key)).toEqual(proved);
    expect((await org.as(bob, 'listKeys')).items).toContainEqual(proved);
    expect((await org.as(cleo, 'listKeys')).items).toEqual([]);
    const events = await org.as(org.owner, 'listEvents', { query: { kind: 'key.proved' } });
    expect(events.items.filter(({ subject }) => subject === key.fingerprint)).toHaveLength(1);
  });

  it('is limited to 64 keys at a time', async () => {
    const many = await org.member('many');
    await org.ask(
      `insert into key_claims (fingerprint, organization_id, kind, owner_id, public_key, key_type, comment)
       select 'SHA256:many-' || n, u.organization_id, 'user', u.id, '\\x00', 'ssh-ed25519', ''
       from users u, generate_series(1, 64) n where u.name = 'many'`,
    );
    const key = newKey();
    expect(await codeOf(org.prove(many, key))).toBe('too_many_keys');
    await org.ask(`update key_claims set revoked_at = now() where fingerprint = 'SHA256:many-1'`);
    expect(await org.prove(many, key)).toMatchObject({ user: 'many' });
  });

  it('signs a text that names the action, the organization, the account and the key', async () => {
    const key = newKey();
    const { challenge, namespace, expiresAt } = await challengeFor(bob, key);
    expect(namespace).toBe('proof@writ');
    const lines = challenge.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'writ proof of possession v1',
      'action certify-key',
      `audience ${org.handle}`,
    ]);
    expect(lines[4]).toBe(`key ${key.fingerprint}`);
    expect(lines[6]).toBe(`expires ${expiresAt}`);
    const seconds = (Date.parse(expiresAt) - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    const nonce = /\nnonce (.*)\n/.exec(challenge)?.[1] ?? 'none';
    const kept = await org.ask<{ text: string }>('select c::text as text from proof_challenges c');
    expect(kept.some(({ text }) => text.includes(nonce))).toBe(false);
  });

  it('uses a challenge up, whatever the signature says and however many try at once', async () => {
    const key = newKey();
    const first = await challengeFor(bob, key);
    const good = sshsig(key, first.namespace, first.challenge);
    expect(await codeOf(prove(bob, key, first.challenge, sshsig(key, 'proof@writ', 'another text')))).toBe(
      'proof_invalid',
    );
    expect(await codeOf(prove(bob, key, first.challenge, good))).toBe('challenge_invalid');
    const second = await challengeFor(bob, key);
    const signature = sshsig(key, second.namespace, second.challenge);
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => prove(bob, key, second.challenge, signature)),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses an expired challenge', async () => {
    const key = newKey();
    const { challenge, namespace } = await challengeFor(bob, key);
    org.advance(61_000);
    expect(await codeOf(prove(bob, key, challenge, sshsig(key, namespace, challenge)))).toBe(
      'challenge_invalid',
    );
  });

  it('binds key, account, action, audience and text', async () => {
    const [key, other] = [newKey(), newKey()];
    const { challenge, namespace } = await challengeFor(bob, key);
    const signed = (text: string, own = key) => sshsig(own, namespace, text);
    expect(await codeOf(prove(cleo, key, challenge, signed(challenge)))).toBe('challenge_invalid');
    expect(await codeOf(prove(bob, other, challenge, signed(challenge, other)))).toBe('challenge_invalid');
    for (const forged of [
      challenge.replace(org.handle, 'a'.repeat(16)),
      challenge.replace('certify-key', 'something-else'),
      challenge.replace('v1', 'v2'),
      `${challenge}\n`,
      challenge.trimEnd(),
      'nonsense',
    ]) {
      expect(await codeOf(prove(bob, key, forged, signed(forged)))).toBe('challenge_invalid');
    }
    const later = challenge.replace(/expires .*/, 'expires 2099-01-01T00:00:00.000Z');
    expect(await codeOf(prove(bob, key, later, signed(challenge)))).toBe('proof_invalid');
  });

  it('refuses a signature of another key, for another purpose, or that is none', async () => {
    const [key, other] = [newKey(), newKey()];
    const forge = async (make: (challenge: string) => string) => {
      const { challenge } = await challengeFor(bob, key);
      const problem = await problemOf(prove(bob, key, challenge, make(challenge)));
      return [problem.code, ...(problem.failures?.map(({ rule }) => rule) ?? [])];
    };
    expect(await forge((text) => sshsig(other, 'proof@writ', text))).toEqual([
      'proof_invalid',
      'sshsig_key_differs',
    ]);
    expect(await forge((text) => sshsig(key, 'file', text))).toEqual([
      'proof_invalid',
      'sshsig_namespace_differs',
    ]);
    expect((await forge(() => 'not a signature'))[0]).toBe('proof_invalid');
  });

  it('is refused for a key of another account, a host, an authority, or a revoked one', async () => {
    const key = newKey();
    await org.prove(bob, key);
    expect(await codeOf(challengeFor(cleo, key))).toBe('key_taken');

    const hostKey = newKey();
    const operator = await org.member('oleg', 'operator');
    await org.as(operator, 'issueHostCertificates', {
      body: { publicKeys: [hostKey.line], names: ['web-1.acme.example'] },
    });
    expect(await codeOf(challengeFor(bob, hostKey))).toBe('key_taken');

    const authorities = await org.as(org.owner, 'listAuthorities');
    for (const { publicKey } of authorities.items) {
      expect(await codeOf(org.as(bob, 'challengeKey', { body: { publicKey } }))).toBe('key_taken');
    }

    // Revoked before anybody proved it.
    const stray = newKey();
    const early = await challengeFor(bob, stray);
    await org.as(operator, 'revoke', { body: { publicKey: stray.line, reason: 'found on the street' } });
    expect(await codeOf(challengeFor(bob, stray))).toBe('key_taken');
    expect(
      await codeOf(prove(bob, stray, early.challenge, sshsig(stray, early.namespace, early.challenge))),
    ).toBe('key_taken');
  });

  it('gives one of two accounts that prove one key at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const key = newKey();
      const tries = await Promise.allSettled([org.prove(bob, key), org.prove(cleo, key)]);
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });
});

describe('reading keys', () => {
  it('pages them, oldest first', async () => {
    const paula = await org.member('paula');
    const keys = [newKey(), newKey(), newKey()];
    for (const key of keys) await org.prove(paula, key);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await org.as(paula, 'listKeys', { query: { limit: 1, cursor } });
      seen.push(...page.items.map(({ fingerprint }) => fingerprint));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(keys.map(({ fingerprint }) => fingerprint));
  });
});
