import type { SessionTokens } from '@writ/contract';
import { password, problemOf, startTestService, type TestService } from './service.js';

const minute = 60_000;
let service: TestService;

beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.stop());

const whoami = ({ accessToken }: SessionTokens) => service.call('whoami', { accessToken });
const refresh = ({ refreshToken }: Pick<SessionTokens, 'refreshToken'>) =>
  service.call('refresh', { body: { refreshToken } });
const codeOf = async (answer: Promise<unknown>) => (await problemOf(answer)).code;
const sessionOf = ({ refreshToken }: SessionTokens) => refreshToken.split('.')[2] ?? '';

describe('signing in', () => {
  it('starts a session that says who, how and until when', async () => {
    const tokens = await service.signIn();
    expect(tokens.organization).toEqual({ handle: service.handle, name: 'acme' });
    const me = await whoami(tokens);
    expect(me.user).toMatchObject({ name: 'ana', administrativeRole: 'owner', state: 'active' });
    expect(me.session).toMatchObject({
      method: 'password',
      strength: 'single',
      expiresAt: tokens.sessionExpiresAt,
    });
    const events = await service.ask<{ kind: string; actor_name: string }>(
      `select kind, actor_name from events where data->>'session' = $1`,
      [sessionOf(tokens)],
    );
    expect(events).toEqual([{ kind: 'session.started', actor_name: 'ana' }]);
  });

  it('takes the organization by name, and the provider when none is named', async () => {
    const body = { user: 'ana', password };
    await expect(service.call('signIn', { body: { ...body, organization: 'acme' } })).resolves.toBeDefined();
    expect(await codeOf(service.call('signIn', { body: { ...body, organization: 'globex' } }))).toBe(
      'sign_in_failed',
    );
  });

  it('answers the same to a wrong password, an unknown user and an unknown organization', async () => {
    const attempts = [
      { user: 'ana', password: 'a wrong password' },
      { user: 'nobody', password },
      { user: 'ana', password, organization: 'globex' },
    ];
    const problems = await Promise.all(attempts.map((body) => problemOf(service.call('signIn', { body }))));
    expect(new Set(problems.map(({ code, detail, status }) => `${status} ${code} ${detail}`)).size).toBe(1);
  });

  it('keeps nothing that could be used', async () => {
    const tokens = await service.signIn();
    const tables = await service.ask<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'public'`,
    );
    const secrets = [
      tokens.accessToken,
      tokens.refreshToken,
      ...[tokens.accessToken, tokens.refreshToken].map(macOf),
      password,
    ];
    for (const { name } of tables) {
      const rows = await service.ask<{ text: string }>(`select t::text as text from "${name}" t`);
      const kept = rows.map(({ text }) => text).join('\n');
      for (const secret of secrets) expect(kept.includes(secret)).toBe(false);
    }
  });
});

function macOf(token: string): string {
  return token.slice(token.lastIndexOf('.') + 1);
}

describe('an access token', () => {
  it('is refused in any altered form', async () => {
    const { accessToken } = await service.signIn();
    const parts = accessToken.split('.');
    const otherSession = [...parts];
    otherSession[2] = '00000000-0000-4000-8000-000000000000';
    const later = [...parts];
    later[3] = String(Number(parts[3]) + 600);
    const altered = [
      accessToken.slice(0, -1) + (accessToken.endsWith('A') ? 'B' : 'A'),
      `${accessToken}A`,
      accessToken.slice(0, -1),
      accessToken.replace('writ_a', 'writ_r'),
      otherSession.join('.'),
      later.join('.'),
      'writ_a....',
      'x',
    ];
    for (const token of altered) {
      expect(await codeOf(service.call('whoami', { accessToken: token }))).toBe('access_token_invalid');
    }
  });

  it('is no refresh token, nor the other way round', async () => {
    const { accessToken, refreshToken } = await service.signIn();
    expect(await codeOf(refresh({ refreshToken: accessToken }))).toBe('refresh_token_invalid');
    expect(await codeOf(service.call('whoami', { accessToken: refreshToken }))).toBe('access_token_invalid');
  });

  it('is read from the Authorization header and from nowhere else', async () => {
    const { accessToken } = await service.signIn();
    const inQuery = await fetch(`${service.url}/v1/whoami?access_token=${accessToken}`);
    expect(inQuery.status).toBe(401);
    const inBody = await fetch(`${service.url}/v1/sign-out`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: accessToken }),
    });
    expect(inBody.status).toBe(401);
    const basic = await fetch(`${service.url}/v1/whoami`, {
      headers: { authorization: `Basic ${accessToken}` },
    });
    expect(basic.status).toBe(401);
  });

  it('means nothing in another organization', async () => {
    const { accessToken } = await service.signIn();
    const params = { organization: 'abcdefgh01234567' };
    expect(await codeOf(service.call('showOrganization', { accessToken, params }))).toBe('not_found');
  });

  it('ends with its session, from the next request on', async () => {
    const tokens = await service.signIn();
    const others = await service.signIn();
    await service.call('signOut', { accessToken: tokens.accessToken });
    expect(await codeOf(whoami(tokens))).toBe('session_ended');
    expect(await codeOf(refresh(tokens))).toBe('session_ended');
    await expect(whoami(others)).resolves.toBeDefined();
  });

  it('ends with the account, from the next request on', async () => {
    const owner = await service.signIn();
    const bob = await service.join(owner, 'bob');
    const params = { organization: service.handle, user: 'bob' };
    await service.call('disableUser', { accessToken: owner.accessToken, params });
    expect(await codeOf(whoami(bob))).toBe('session_ended');
    expect(await codeOf(refresh(bob))).toBe('session_ended');
    expect(await codeOf(service.signIn('bob'))).toBe('sign_in_failed');
    await service.call('enableUser', { accessToken: owner.accessToken, params });
    expect(await codeOf(whoami(bob))).toBe('session_ended');
  });

  it('carries what its holder may do as of now', async () => {
    const owner = await service.signIn();
    const member = await service.join(owner, 'mia');
    const params = { organization: service.handle };
    expect(await codeOf(service.call('listUsers', { accessToken: member.accessToken, params }))).toBe(
      'permission_missing',
    );
    await service.ask(`update users set administrative_role = 'auditor' where name = 'mia'`);
    await expect(
      service.call('listUsers', { accessToken: member.accessToken, params }),
    ).resolves.toBeDefined();
  });
});

describe('a refresh token', () => {
  it('gives its successor and an access token', async () => {
    const first = await service.signIn();
    const second = await refresh(first);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(second.sessionExpiresAt).toBe(first.sessionExpiresAt);
    await expect(whoami(second)).resolves.toBeDefined();
    await expect(refresh(second)).resolves.toBeDefined();
  });

  it('gives the same successor again when the answer was lost', async () => {
    const first = await service.signIn();
    const second = await refresh(first);
    const again = await refresh(first);
    expect(again.refreshToken).toBe(second.refreshToken);
    await expect(refresh(second)).resolves.toBeDefined();
  });

  it('gives fifty programs that refresh at once the same successor', async () => {
    const first = await service.signIn();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(first)));
    expect(new Set(answers.map(({ refreshToken }) => refreshToken)).size).toBe(1);
    const [{ generation } = { generation: 0 }] = await service.ask<{ generation: number }>(
      'select generation from sessions where id = $1',
      [sessionOf(first)],
    );
    expect(generation).toBe(2);
  });

  it('ends the session when it is used a second time later on', async () => {
    const first = await service.signIn();
    const second = await refresh(first);
    service.advance(31_000);
    expect(await codeOf(refresh(first))).toBe('session_ended');
    expect(await codeOf(refresh(second))).toBe('session_ended');
    expect(await codeOf(whoami(second))).toBe('session_ended');
    const [event] = await service.ask<{ data: { reason: string } }>(
      `select data from events where kind = 'session.ended' and data->>'session' = $1`,
      [sessionOf(first)],
    );
    expect(event?.data.reason).toBe('refresh_token_reused');
    expect(await service.ask('select ended_reason from sessions where id = $1', [sessionOf(first)])).toEqual([
      { ended_reason: 'refresh_token_reused' },
    ]);
  });

  it('ends the session when it is older than the one before, however fast', async () => {
    const first = await service.signIn();
    const third = await refresh(await refresh(first));
    expect(await codeOf(refresh(first))).toBe('session_ended');
    expect(await codeOf(refresh(third))).toBe('session_ended');
  });

  it('is refused when it was never handed out by this database', async () => {
    const first = await service.signIn();
    const second = await refresh(first);
    await service.ask('update sessions set generation = 1 where id = $1', [sessionOf(first)]);
    expect(await codeOf(refresh(second))).toBe('refresh_token_invalid');
  });
});

describe('the time of a session', () => {
  it('is short for an access token and absolute for the session', async () => {
    let tokens = await service.signIn();
    service.advance(10 * minute);
    expect(await codeOf(whoami(tokens))).toBe('access_token_invalid');
    tokens = await refresh(tokens);
    await expect(whoami(tokens)).resolves.toBeDefined();
    for (let hour = 1; hour < 12; hour++) {
      service.advance(60 * minute);
      if (hour < 11) tokens = await refresh(tokens);
    }
    tokens = await refresh(tokens);
    expect(Date.parse(tokens.accessTokenExpiresAt)).toBeLessThanOrEqual(Date.parse(tokens.sessionExpiresAt));
    service.advance(60 * minute);
    expect(await codeOf(refresh(tokens))).toBe('session_ended');
  });

  it('is what the organization says', async () => {
    await service.ask('update organization_profiles set session_life_seconds = 300');
    const tokens = await service.signIn();
    expect(tokens.accessTokenExpiresAt.slice(0, 19)).toBe(tokens.sessionExpiresAt.slice(0, 19));
    service.advance(5 * minute);
    expect(await codeOf(refresh(tokens))).toBe('session_ended');
    await service.ask('update organization_profiles set session_life_seconds = 43200');
  });
});

describe('an invitation', () => {
  it('is used once, even when several try at the same time', async () => {
    const owner = await service.signIn();
    const { invitation } = await service.call('inviteUser', {
      accessToken: owner.accessToken,
      params: { organization: service.handle },
      body: { name: 'ida' },
    });
    const tries = await Promise.allSettled(
      Array.from({ length: 8 }, () => service.call('acceptInvitation', { body: { invitation, password } })),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await codeOf(service.call('acceptInvitation', { body: { invitation, password } }))).toBe(
      'invitation_invalid',
    );
    await expect(service.signIn('ida')).resolves.toBeDefined();
  });

  it('is not used up by a password that is refused, nor by somebody whom it is not for', async () => {
    const owner = await service.signIn();
    const { invitation } = await service.call('inviteUser', {
      accessToken: owner.accessToken,
      params: { organization: service.handle },
      body: { name: 'weakling' },
    });
    for (const weak of ['short', 'aaaaaaaaaaaaaaaa', 'weakling-acme-1', 'password1234']) {
      const answer = service.call('acceptInvitation', { body: { invitation, password: weak } });
      expect(await codeOf(answer)).toBe('password_too_weak');
    }
    for (const expected of [{ user: 'somebody' }, { organization: 'other' }]) {
      const body = { invitation, password, ...expected };
      expect(await codeOf(service.call('acceptInvitation', { body }))).toBe('invitation_invalid');
    }
    await expect(service.call('acceptInvitation', { body: { invitation, password } })).resolves.toBeDefined();
  });

  it('expires, and is refused in any other form', async () => {
    const owner = await service.signIn();
    const { invitation } = await service.call('inviteUser', {
      accessToken: owner.accessToken,
      params: { organization: service.handle },
      body: { name: 'latecomer' },
    });
    for (const other of [
      `${invitation}A`,
      invitation.slice(0, -1),
      'writ_i.x',
      invitation.replace(service.handle, 'abcdefgh01234567'),
    ]) {
      expect(await codeOf(service.call('acceptInvitation', { body: { invitation: other, password } }))).toBe(
        'invitation_invalid',
      );
    }
    service.advance(8 * 24 * 60 * minute);
    expect(await codeOf(service.call('acceptInvitation', { body: { invitation, password } }))).toBe(
      'invitation_invalid',
    );
  });
});

describe('changing a password', () => {
  it('takes the current one, and ends all other sessions', async () => {
    const owner = await service.signIn();
    const here = await service.join(owner, 'pat');
    const elsewhere = await service.signIn('pat');
    const change = (currentPassword: string, newPassword: string) =>
      service.call('changePassword', {
        accessToken: here.accessToken,
        body: { currentPassword, newPassword },
      });
    expect(await codeOf(change('a wrong password', 'another horse entirely'))).toBe('sign_in_failed');
    expect(await codeOf(change(password, 'short'))).toBe('password_too_weak');
    await change(password, 'another horse entirely');
    await expect(whoami(here)).resolves.toBeDefined();
    expect(await codeOf(whoami(elsewhere))).toBe('session_ended');
    expect(await codeOf(service.signIn('pat'))).toBe('sign_in_failed');
    await expect(service.signIn('pat', 'another horse entirely')).resolves.toBeDefined();
  });
});
