import { ProblemError } from '@writ/contract';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { decodeKrl, isRevoked } from '@writ/openssh/krl';
import { newKey, TestOrganization, type Member, type OwnKey } from './organization.js';

let org: TestOrganization;
let operator: Member;
/** A second process's worth of service: what one of them knows must not outlive what the other one did. */
let other: string;

beforeAll(async () => {
  org = await TestOrganization.start();
  operator = await org.member('oleg', 'operator');
  other = await org.another();
});
afterAll(() => org.stop());

/** What came of asking for certificates again and again while something was taken away. */
interface Raced {
  /** Certificate lines that were returned. */
  readonly returned: string[];
  /** Codes of the answers to requests that began after the loss had been answered. */
  readonly after: string[];
}

/**
 * Asks for certificates on both services at once, takes something away after `turns` answers, and asks on until
 * each has been refused after that.
 */
async function race(
  member: Member,
  own: OwnKey,
  turns: number,
  loss: () => Promise<unknown>,
): Promise<Raced> {
  const raced: Raced = { returned: [], after: [] };
  let answered = 0;
  let lost = false;
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  if (turns === 0) begin();
  const ask = async (url: string): Promise<void> => {
    for (;;) {
      const late = lost;
      const code = await codeOf(async () => {
        const input = { body: { publicKey: own.line } };
        const { certificate } = await org.as(member, 'issueUserCertificate', input, url);
        raced.returned.push(certificate);
      });
      answered += 1;
      if (answered >= turns) begin();
      if (late) {
        raced.after.push(code);
        return;
      }
    }
  };
  const asking = [org.url, other, org.url, other].map(ask);
  await begun;
  await loss();
  lost = true;
  await Promise.all(asking);
  return raced;
}

async function codeOf(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return 'issued';
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
}

/** Nothing was issued after the loss, and everything that was issued before it is revoked. */
async function expectLost({ returned, after }: Raced, refusals: readonly string[]): Promise<void> {
  for (const code of after) expect(refusals).toContain(code);
  const krl = decodeKrl(await org.as(operator, 'krl'));
  for (const line of returned) expect(isRevoked(krl, parseCertificateLine(line).certificate)).toBe(true);
}

/** Certificates on record that nobody has revoked, of a user. */
async function trusted(name: string): Promise<number> {
  const [row] = await org.ask<{ count: string }>(
    `select count(*) from certificates c join users u on u.id = c.user_id
     where u.name = $1 and not exists (select from revocations r where r.authority_id = c.authority_id
       and r.serial_from = c.serial) and not exists (select from revocations r where r.fingerprint = c.public_key_fingerprint)`,
    [name],
  );
  return Number(row?.count);
}

/** A user's certificates on record that no revocation which counts now names. */
async function notNamed(name: string): Promise<number> {
  const [row] = await org.ask<{ count: string }>(
    `select count(*) from certificates c join users u on u.id = c.user_id
     where u.name = $1 and not exists (select from revocations r where r.authority_id = c.authority_id
       and r.serial_from = c.serial and (r.keep_until is null or r.keep_until > now()))`,
    [name],
  );
  return Number(row?.count);
}

describe('issuing and losing access at once', () => {
  it('a role, 60 times', async () => {
    const ruth = await org.member('ruth');
    const own = newKey();
    await org.prove(ruth, own);
    await org.role('race', [ruth]);
    let issued = 0;
    for (let round = 0; round < 60; round += 1) {
      const raced = await race(ruth, own, round % 6, () =>
        org.as(org.owner, 'revokeRole', { params: { role: 'race', user: 'ruth' } }),
      );
      issued += raced.returned.length;
      await expectLost(raced, ['request_refused']);
      expect(await trusted('ruth')).toBe(0);
      await org.as(org.owner, 'grantRole', { params: { role: 'race' }, body: { user: 'ruth' } });
    }
    // The race was one: some came before the loss.
    expect(issued).toBeGreaterThan(0);
  }, 300_000);

  it('a key, 40 times', async () => {
    const kurt = await org.member('kurt');
    await org.role('keys', [kurt]);
    let issued = 0;
    for (let round = 0; round < 40; round += 1) {
      const own = newKey();
      await org.prove(kurt, own);
      const raced = await race(kurt, own, round % 6, () =>
        org.as(operator, 'revoke', { body: { publicKey: own.line, reason: 'race' } }),
      );
      issued += raced.returned.length;
      await expectLost(raced, ['request_refused']);
      expect(await trusted('kurt')).toBe(0);
    }
    expect(issued).toBeGreaterThan(0);
  }, 300_000);

  it('an account, 25 times', async () => {
    let dave = await org.member('dave');
    await org.role('accounts', [dave]);
    let issued = 0;
    for (let round = 0; round < 25; round += 1) {
      const own = newKey();
      await org.prove(dave, own);
      const raced = await race(dave, own, round % 6, () =>
        org.as(org.owner, 'disableUser', { params: { user: 'dave' } }),
      );
      issued += raced.returned.length;
      await expectLost(raced, ['session_ended']);
      expect(await trusted('dave')).toBe(0);
      await org.as(org.owner, 'enableUser', { params: { user: 'dave' } });
      dave = await org.signIn('dave');
    }
    expect(issued).toBeGreaterThan(0);
  }, 300_000);

  it('a lock, 15 times', async () => {
    let lena = await org.member('lena');
    const own = newKey();
    await org.prove(lena, own);
    await org.role('locked', [lena]);
    const body = { user: 'lena', seconds: 3600, reason: 'race' };
    let issued = 0;
    for (let round = 0; round < 15; round += 1) {
      const raced = await race(lena, own, round % 6, () => org.as(org.owner, 'lockAccount', { body }));
      issued += raced.returned.length;
      await expectLost(raced, ['session_ended']);
      // Each by itself: the lock names the key, too, which would do for all that were returned.
      expect(await notNamed('lena')).toBe(0);
      await org.as(org.owner, 'unlockAccount', { body: { user: 'lena' } });
      lena = await org.signIn('lena');
    }
    expect(issued).toBeGreaterThan(0);
  }, 300_000);
});
