import { isCodedError } from '@writ/kernel';
import fc from 'fast-check';
import { readAccessToken, accessTokenText } from '../src/auth/access-token.js';
import { deviceOf, deviceTokenText } from '../src/auth/device-token.js';
import { makeInvitation, readInvitation } from '../src/auth/invitation-token.js';
import { readRefreshToken, refreshTokenText } from '../src/auth/refresh-token.js';
import { repeatWindow, rotation, type RotationState } from '../src/auth/rotation.js';
import { deriveTokenKeys } from '../src/auth/token-keys.js';

const keys = deriveTokenKeys(new Uint8Array(32).fill(7));
const others = deriveTokenKeys(new Uint8Array(32).fill(8));
const organizationHandle = 'abcdefgh01234567';
const sessionId = '07ba3b90-c367-471d-8939-dd127fb60158';
const now = 1_800_000_000_000;

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isCodedError(error)) return error.code;
    throw error;
  }
  return 'none';
};

describe('a device token', () => {
  const account = { organizationHandle, userId: sessionId, generation: 3 };
  const text = deviceTokenText({ ...account, deviceId: 'a-device' }, keys.device);

  it('names its device to the account that it is of, and to no other', () => {
    expect(deviceOf(text, account, keys.device)).toBe('a-device');
    expect(deviceOf(text, { ...account, userId: 'another' }, keys.device)).toBeNull();
    expect(deviceOf(text, { ...account, organizationHandle: 'another' }, keys.device)).toBeNull();
    expect(deviceOf(text, { ...account, generation: 4 }, keys.device)).toBeNull();
  });

  it('is none when it is altered, of another installation or of another kind', () => {
    expect(deviceOf(undefined, account, keys.device)).toBeNull();
    expect(deviceOf(text.replace('a-device', 'b-device'), account, keys.device)).toBeNull();
    expect(deviceOf(text, account, others.device)).toBeNull();
    expect(deviceOf(text, account, keys.access)).toBeNull();
    const refresh = refreshTokenText({ organizationHandle, sessionId, generation: 1 }, keys.refresh);
    expect(deviceOf(refresh, account, keys.device)).toBeNull();
  });
});

describe('an access token', () => {
  const token = { organizationHandle, sessionId, expiresAt: now + 60_000 };
  const text = accessTokenText(token, keys.access);

  it('says what went into it', () => {
    expect(readAccessToken(text, keys.access, now)).toEqual(token);
  });

  it('is worth nothing from the moment it expires', () => {
    expect(codeOf(() => readAccessToken(text, keys.access, now + 59_999))).toBe('none');
    expect(codeOf(() => readAccessToken(text, keys.access, now + 60_000))).toBe('access_token_invalid');
  });

  it('is worth nothing to another installation, nor as a refresh token', () => {
    expect(codeOf(() => readAccessToken(text, others.access, now))).toBe('access_token_invalid');
    expect(codeOf(() => readAccessToken(text, keys.refresh, now))).toBe('access_token_invalid');
    expect(codeOf(() => readRefreshToken(text, keys.refresh))).toBe('refresh_token_invalid');
  });

  it('is refused in any other spelling', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 3 }), (at, put) => {
        const altered = text.slice(0, at) + put + text.slice(at + 1);
        fc.pre(altered !== text);
        expect(codeOf(() => readAccessToken(altered, keys.access, now))).toBe('access_token_invalid');
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('is refused when it is anything at all', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000 }), (anything) => {
        expect(codeOf(() => readAccessToken(anything, keys.access, now))).toBe('access_token_invalid');
        expect(codeOf(() => readRefreshToken(anything, keys.refresh))).toBe('refresh_token_invalid');
        expect(readInvitation(anything)).toBeNull();
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('a refresh token', () => {
  it('is the same for a session and generation, and another for any other', () => {
    const text = (generation: number) =>
      refreshTokenText({ organizationHandle, sessionId, generation }, keys.refresh);
    expect(text(3)).toBe(text(3));
    expect(text(3)).not.toBe(text(4));
    expect(readRefreshToken(text(3), keys.refresh)).toEqual({ organizationHandle, sessionId, generation: 3 });
  });
});

describe('the rotation of refresh tokens', () => {
  const state: RotationState = { generation: 5, rotatedAt: now, expiresAt: now + 3_600_000, ended: false };

  it.each([
    ['the current one', 5, now + 1, {}, { kind: 'rotate', generation: 6 }],
    ['the current one, much later', 5, now + 3_000_000, {}, { kind: 'rotate', generation: 6 }],
    ['the one before, in time', 4, now + repeatWindow, {}, { kind: 'repeat', generation: 5 }],
    ['the one before, too late', 4, now + repeatWindow + 1, {}, { kind: 'reused' }],
    ['an older one', 3, now + 1, {}, { kind: 'reused' }],
    ['one that was never made', 6, now + 1, {}, { kind: 'unknown' }],
    ['any, after the end', 5, now + 1, { ended: true }, { kind: 'ended' }],
    ['an old one, after the end', 1, now + 1, { ended: true }, { kind: 'ended' }],
    ['any, when the session is over', 5, now + 3_600_000, {}, { kind: 'ended' }],
  ] as const)('given %s', (_what, presented, at, change, answer) => {
    expect(rotation({ ...state, ...change }, presented, at)).toEqual(answer);
  });

  it('never gives two generations for one token', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9 }),
        fc.integer({ min: 0, max: 100_000 }),
        (presented, later) => {
          const answer = rotation(state, presented, now + later);
          if (answer.kind === 'rotate' || answer.kind === 'repeat')
            expect(answer.generation).toBe(presented + 1);
        },
      ),
      { seed: 1 },
    );
  });
});

describe('an invitation', () => {
  const random = (count: number) => new Uint8Array(count).fill(9);

  it('names its organization, and is found by its hash', () => {
    const { token, hash } = makeInvitation(random, organizationHandle);
    expect(token).toMatch(/^writ_i\.abcdefgh01234567\.[A-Za-z0-9_-]{32}$/);
    expect(readInvitation(token)).toEqual({ organizationHandle, hash });
    expect(readInvitation(` ${token}\n`)?.hash).toEqual(hash);
    expect(Buffer.from(hash).toString('base64url')).not.toContain(token.slice(-32));
  });
});
