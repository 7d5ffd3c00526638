import fc from 'fast-check';
import { challengeText, parseChallengeText, type Challenge } from '../../src/keys/challenge-text.js';

const challenge: Challenge = {
  action: 'certify-key',
  audience: 'abcdefghij012345',
  userId: '3f2f6a50-7b2f-4b7e-9a55-0c3a7f9d2a11',
  fingerprint: `SHA256:${'A'.repeat(43)}`,
  nonce: 'b'.repeat(43),
  expiresAt: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
};

/** The format is a promise: clients that were built yesterday sign this text tomorrow. */
const text = `writ proof of possession v1
action certify-key
audience abcdefghij012345
user 3f2f6a50-7b2f-4b7e-9a55-0c3a7f9d2a11
key SHA256:${'A'.repeat(43)}
nonce ${'b'.repeat(43)}
expires 2026-01-02T03:04:05.006Z
`;

describe('the text of a challenge', () => {
  it('is this, byte for byte, and reads back as what it was made of', () => {
    expect(challengeText(challenge)).toBe(text);
    expect(parseChallengeText(text)).toEqual(challenge);
  });

  it('has one spelling', () => {
    for (const other of [
      text.trimEnd(),
      `${text}\n`,
      ` ${text}`,
      text.replaceAll('\n', '\r\n'),
      text.replace('v1', 'v2'),
      text.replace('certify-key', 'sign-host'),
      text.replace('2026-01-02T03:04:05.006Z', '2026-01-02T03:04:05.6Z00'),
      text.replace('2026-01-02T', '2026-13-02T'),
      text.replace('2026-01-02T03', '2026-01-02T24'),
    ]) {
      expect(parseChallengeText(other)).toBeNull();
    }
  });

  it('whatever text comes, is read or is none', () => {
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
        (at, character) => {
          const other = text.slice(0, at) + character + text.slice(at + 1);
          const parsed = parseChallengeText(other);
          if (parsed !== null) expect(challengeText(parsed)).toBe(other);
        },
      ),
      { seed: 3, numRuns: 500 },
    );
  });
});
