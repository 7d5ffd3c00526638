import { Problem, SignedIn } from '@writ/contract';
import { password, startTestService, type TestService } from './service.js';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ environment: { WRIT_TRUSTED_PROXIES: '127.0.0.1' } });
});
afterAll(() => service.stop());
// Nothing that one test left behind counts in the next.
beforeEach(() => service.advance(60 * 60_000));

interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly retryAfter: string | null;
  readonly seconds: number;
  readonly deviceToken: string | undefined;
}

/** An attempt to sign in as it arrives from an address. */
async function attempt(from: string, user: string, secret: string, deviceToken?: string): Promise<Answer> {
  const answer = await fetch(`${service.url}/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify({ user, password: secret, deviceToken }),
  });
  const body: unknown = await answer.json();
  const problem = Problem.safeParse(body);
  return {
    status: answer.status,
    code: problem.success ? problem.data.code : null,
    retryAfter: answer.headers.get('retry-after'),
    seconds: problem.data?.retryAfterSeconds ?? 0,
    deviceToken: SignedIn.safeParse(body).data?.deviceToken,
  };
}

const guess = (from: string, user = 'ana', deviceToken?: string) =>
  attempt(from, user, 'a wrong password', deviceToken);

/** Addresses of which no two share a network. */
let used = 0;
const elsewhere = () => `2001:db8:${(used += 1).toString(16)}::1`;

/** The device token that the owner got somewhere. */
async function device(): Promise<string> {
  return (await attempt(elsewhere(), 'ana', password)).deviceToken ?? '';
}

/** How many of some guesses were looked at, rather than told to wait. */
const lookedAt = (answers: readonly Answer[]) =>
  answers.filter(({ code }) => code === 'sign_in_failed').length;

describe('guessing at an account from one address', () => {
  it('is slowed after five failures to one in 30 s, and told for how long', async () => {
    for (let n = 0; n < 5; n++) expect((await guess('203.0.113.1')).code).toBe('sign_in_failed');
    for (let n = 0; n < 4; n++) {
      const refused = await guess('203.0.113.1');
      expect(refused).toMatchObject({ status: 429, code: 'too_many_attempts' });
      expect(refused.retryAfter).toBe(String(refused.seconds));
      expect(refused.seconds).toBeLessThanOrEqual(30);
      service.advance(refused.seconds * 1000);
      expect((await guess('203.0.113.1')).code).toBe('sign_in_failed');
    }
  });

  it('refuses the right password too while it is slowed, and takes it afterwards', async () => {
    for (let n = 0; n < 5; n++) await guess('203.0.113.2');
    const refused = await attempt('203.0.113.2', 'ana', password);
    expect(refused.code).toBe('too_many_attempts');
    service.advance(refused.seconds * 1000);
    expect((await attempt('203.0.113.2', 'ana', password)).status).toBe(200);
    expect((await guess('203.0.113.2')).code).toBe('sign_in_failed');
  });

  it('counts guesses that are made side by side', async () => {
    expect(lookedAt(await Promise.all(Array.from({ length: 20 }, () => guess('203.0.113.3'))))).toBe(5);
  });

  it('takes addresses of one IPv6 network for one', async () => {
    const answers = [];
    for (let n = 1; n <= 6; n++) answers.push(await guess(`2001:db8:ffff:2::${n}`));
    expect(lookedAt(answers)).toBe(5);
  });
});

describe('a device that the owner has signed in from', () => {
  it('lets her in from an address at which a stranger keeps failing', async () => {
    const token = (await attempt('198.51.100.1', 'ana', password)).deviceToken;
    for (let n = 0; n < 20; n++) {
      for (let more = 0; more < 6; more++) await guess('198.51.100.1');
      expect((await attempt('198.51.100.1', 'ana', password)).code).toBe('too_many_attempts');
      expect((await guess('198.51.100.1', `user-${n}`)).status).not.toBe(200);
      expect((await attempt('198.51.100.1', 'ana', password, token)).status).toBe(200);
    }
  });

  it('lets her in from a new address, after a typo, while a stranger guesses from everywhere', async () => {
    const token = await device();
    for (let n = 0; n < 30; n++) await guess(elsewhere());
    const here = elsewhere();
    expect((await guess(here, 'ana', token)).code).toBe('sign_in_failed');
    for (let n = 0; n < 10; n++) {
      await guess(elsewhere());
      expect((await attempt(here, 'ana', password, token)).status).toBe(200);
      service.advance(2_000);
    }
  });

  it('is slowed for its own failures, wherever it is', async () => {
    const token = await device();
    const answers = [];
    for (let n = 0; n < 8; n++) answers.push(await guess(elsewhere(), 'ana', token));
    expect(lookedAt(answers)).toBe(5);
    expect((await attempt(elsewhere(), 'ana', password, await device())).status).toBe(200);
  });

  it('goes on being that device', async () => {
    const token = await device();
    expect((await attempt(elsewhere(), 'ana', password, token)).deviceToken).toBe(token);
  });

  it('comes with an invitation too', async () => {
    const owner = await service.signIn();
    const { invitation } = await service.call('inviteUser', {
      accessToken: owner.accessToken,
      params: { organization: service.handle },
      body: { name: 'ida' },
    });
    for (let n = 0; n < 15; n++) await guess(elsewhere(), 'ida');
    const { deviceToken } = await service.call('acceptInvitation', { body: { invitation, password } });
    expect((await attempt(elsewhere(), 'ida', password)).code).toBe('too_many_attempts');
    expect((await attempt(elsewhere(), 'ida', password, deviceToken)).status).toBe(200);
  });

  it('is no device when its token is forged, or of another account', async () => {
    const token = await device();
    const bob = (await service.join(await service.signIn(), 'bob')) as { deviceToken?: string };
    for (let n = 0; n < 15; n++) await guess(elsewhere());
    const parts = token.split('.');
    const forged = [...parts.slice(0, 3), '00000000-0000-4000-8000-000000000000', parts[4]].join('.');
    expect(bob.deviceToken).toMatch(/^writ_d\./);
    for (const other of [forged, `${token}A`, 'writ_d.x', bob.deviceToken]) {
      expect((await attempt(elsewhere(), 'ana', password, other)).code).toBe('too_many_attempts');
    }
    expect((await attempt(elsewhere(), 'ana', password, token)).status).toBe(200);
  });

  it('opens nothing, and its token stands nowhere', async () => {
    const token = await device();
    expect((await attempt(elsewhere(), 'ana', token, token)).code).toBe('sign_in_failed');
    expect(
      (await fetch(`${service.url}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } })).status,
    ).toBe(401);
    await fetch(`${service.url}/v1/${token}?deviceToken=${token}`);
    const kept = await service.ask('select * from sign_in_attempts');
    const mac = token.slice(token.lastIndexOf('.') + 1);
    expect(JSON.stringify([service.log, kept])).not.toContain(mac);
  });
});

describe('a stranger who guesses at the owner from everywhere', () => {
  it('has ten guesses, however many places there are', async () => {
    const answers = [];
    for (let n = 0; n < 120; n++) answers.push(await guess(elsewhere()));
    expect(lookedAt(answers)).toBeGreaterThanOrEqual(10);
    // It takes a while: one more every 20 s.
    expect(lookedAt(answers)).toBeLessThanOrEqual(13);
  });

  it('has one more every 20 s, not fewer and fewer', async () => {
    for (let n = 0; n < 12; n++) await guess(elsewhere());
    for (let n = 0; n < 10; n++) {
      service.advance(20_000);
      expect(lookedAt([await guess(elsewhere()), await guess(elsewhere())])).toBe(1);
    }
  });

  it('does not slow the owner where she has signed in before', async () => {
    expect((await attempt('198.51.100.7', 'ana', password)).status).toBe(200);
    for (let n = 0; n < 15; n++) await guess(elsewhere());
    expect((await attempt('198.51.100.7', 'ana', password)).status).toBe(200);
  });

  it('delays her by 20 s on a device that is new, where she comes back when she was told to', async () => {
    for (let n = 0; n < 15; n++) await guess(elsewhere());
    const here = elsewhere();
    const refused = await attempt(here, 'ana', password);
    expect(refused.code).toBe('too_many_attempts');
    expect(refused.seconds).toBeLessThanOrEqual(20);
    service.advance(refused.seconds * 1000);
    expect((await attempt(here, 'ana', password)).status).toBe(200);
  });

  it('does not, from one place alone, use up what new devices have', async () => {
    const stranger = elsewhere();
    let entered = 0;
    for (let second = 0; second < 600; second += 20) {
      await guess(stranger);
      if ((await attempt(elsewhere(), 'ana', password)).status === 200) entered += 1;
      service.advance(20_000);
    }
    expect(entered).toBe(30);
  });

  it('does not keep her from changing her password', async () => {
    const { accessToken } = await service.signIn();
    for (let n = 0; n < 15; n++) await guess(elsewhere());
    const body = { currentPassword: password, newPassword: password };
    await expect(service.call('changePassword', { accessToken, body })).resolves.toBeUndefined();
  });

  it('delays nobody else', async () => {
    for (let n = 0; n < 15; n++) await guess(elsewhere());
    expect((await guess(elsewhere(), 'mia')).code).toBe('sign_in_failed');
  });
});

describe('guessing at many accounts', () => {
  const many = async (count: number, from: () => string) => {
    const answers = [];
    for (let n = 0; n < count; n++) answers.push(await guess(from(), `user-${n}`));
    return lookedAt(answers);
  };

  it('from one address is slowed after thirty failures, also for accounts that do not exist', async () => {
    expect(await many(40, () => '192.0.2.1')).toBe(30);
  });

  it('leaves no more rows than attempts were let through, and none for long', async () => {
    await service.tidy();
    const count = async () => {
      const [row] = await service.ask<{ n: number }>('select count(*)::int as n from sign_in_attempts');
      return row?.n ?? 0;
    };
    const before = await count();
    const looked = await many(200, () => '198.51.100.99');
    expect(looked).toBeLessThan(40);
    // Two for each name, and one for each network of the source.
    expect((await count()) - before).toBe(looked * 2 + 2);
    for (let n = 0; n < 15; n++) await guess(elsewhere(), 'user-0');
    const full = await count();
    for (let n = 0; n < 15; n++) await guess(elsewhere(), 'user-0');
    expect(await count()).toBe(full);
    service.advance(16 * 60_000);
    await service.tidy();
    expect(await count()).toBe(before);
  });

  it.each([
    ['an IPv6 /56', 60, 70, (n: number) => `2001:db8:aaaa:${(0xab00 + n).toString(16)}::1`],
    ['an IPv6 /48', 120, 200, (n: number) => `2001:db8:bbbb:${(n * 256).toString(16)}::1`],
    ['an IPv4 /24', 120, 200, (n: number) => `192.0.2.${n}`],
  ])('from %s is slowed after %i', async (_what, free, count, address) => {
    let n = 0;
    const looked = await many(count, () => address((n += 1)));
    expect(looked).toBeGreaterThanOrEqual(free);
    expect(looked).toBeLessThan(count);
  });
});
