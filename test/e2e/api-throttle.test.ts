import { Problem } from '@writ/contract';
import { password, startTestService, type TestService } from './service.js';

let service: TestService;

beforeAll(async () => {
  service = await startTestService({ environment: { WRIT_TRUSTED_PROXIES: '127.0.0.1' } });
});
afterAll(() => service.stop());

interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly retryAfter: string | null;
  readonly seconds: number | undefined;
}

/** An attempt to sign in as it arrives from an address. */
async function attempt(from: string, user: string, secret: string): Promise<Answer> {
  const answer = await fetch(`${service.url}/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': from },
    body: JSON.stringify({ user, password: secret }),
  });
  const problem = Problem.safeParse(await answer.json());
  return {
    status: answer.status,
    code: problem.success ? problem.data.code : null,
    retryAfter: answer.headers.get('retry-after'),
    seconds: problem.success ? problem.data.retryAfterSeconds : undefined,
  };
}

const guess = (from: string, user = 'ana') => attempt(from, user, 'a wrong password');

describe('guessing at an account from one address', () => {
  it('is slowed after five failures, for longer each time, and says for how long', async () => {
    for (let n = 0; n < 5; n++) expect((await guess('203.0.113.1')).code).toBe('sign_in_failed');
    const waits: number[] = [];
    for (let n = 0; n < 4; n++) {
      const refused = await guess('203.0.113.1');
      expect(refused.code).toBe('too_many_attempts');
      expect(refused.retryAfter).toBe(String(refused.seconds));
      waits.push(refused.seconds ?? 0);
      service.advance((refused.seconds ?? 0) * 1000);
      expect((await guess('203.0.113.1')).code).toBe('sign_in_failed');
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBeGreaterThan(waits[0] ?? 0);
  });

  it('refuses the right password too while it is slowed, and takes it afterwards', async () => {
    for (let n = 0; n < 5; n++) await guess('203.0.113.2');
    const refused = await attempt('203.0.113.2', 'ana', password);
    expect(refused.code).toBe('too_many_attempts');
    service.advance((refused.seconds ?? 0) * 1000);
    expect((await attempt('203.0.113.2', 'ana', password)).status).toBe(200);
    expect((await guess('203.0.113.2')).code).toBe('sign_in_failed');
  });

  it('counts guesses that are made side by side', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => guess('203.0.113.3')));
    expect(answers.filter(({ code }) => code === 'sign_in_failed')).toHaveLength(5);
    expect(answers.filter(({ code }) => code === 'too_many_attempts')).toHaveLength(15);
  });

  it('takes addresses of one IPv6 network for one', async () => {
    const codes: (string | null)[] = [];
    for (let n = 1; n <= 6; n++) codes.push((await guess(`2001:db8:1:2::${n}`)).code);
    expect(codes.slice(0, 5)).toEqual(Array(5).fill('sign_in_failed'));
    expect(codes[5]).toBe('too_many_attempts');
  });
});

describe('a stranger who guesses at the owner from everywhere', () => {
  beforeAll(async () => {
    expect((await attempt('198.51.100.7', 'ana', password)).status).toBe(200);
    for (let n = 0; n < 60; n++) await guess(`203.0.113.${100 + n}`);
  });

  it('is slowed himself, after one attempt from each address', async () => {
    expect((await guess('203.0.113.250')).code).toBe('sign_in_failed');
    expect((await guess('203.0.113.250')).code).toBe('too_many_attempts');
  });

  it('does not slow the owner where she has signed in before', async () => {
    expect((await attempt('198.51.100.7', 'ana', password)).status).toBe(200);
  });

  it('lets her in elsewhere with the right password, and delays her by a minute after a wrong one', async () => {
    expect((await attempt('198.51.100.199', 'ana', password)).status).toBe(200);
    await guess('198.51.100.200');
    const refused = await attempt('198.51.100.200', 'ana', password);
    expect(refused.status).toBe(429);
    expect(refused.seconds).toBeLessThanOrEqual(60);
    service.advance(60_000);
    expect((await attempt('198.51.100.200', 'ana', password)).status).toBe(200);
  });

  it('delays nobody else', async () => {
    expect((await guess('198.51.100.201', 'bob')).code).toBe('sign_in_failed');
  });
});

describe('guessing at many accounts from one address', () => {
  it('is slowed after thirty failures, also for accounts and organizations that do not exist', async () => {
    const codes = new Set<string | null>();
    for (let n = 0; n < 31; n++) codes.add((await guess('192.0.2.1', `user-${n}`)).code);
    expect(codes).toEqual(new Set(['sign_in_failed', 'too_many_attempts']));
  });
});

describe('what is forgotten', () => {
  it('are failures after an hour without any', async () => {
    for (let n = 0; n < 6; n++) await guess('192.0.2.9');
    service.advance(61 * 60_000);
    for (let n = 0; n < 5; n++) expect((await guess('192.0.2.9')).code).toBe('sign_in_failed');
  });
});
