import { createSecretKey } from 'node:crypto';
import { readSignInChallenge, signInChallengeText } from '../src/auth/sign-in-challenge.js';

const key = createSecretKey(Buffer.alloc(32, 1));
const now = 1_800_000_000_000;
const challenge = {
  organization: 'acme',
  serviceAccount: 'deploy',
  fingerprint: `SHA256:${'A'.repeat(43)}`,
  nonce: 'n'.repeat(43),
  expiresAt: now + 60_000,
};
const text = signInChallengeText(challenge, key);
const read =
  (given: string, at = now, by = key) =>
  () =>
    readSignInChallenge(given, by, at);
const refused = expect.objectContaining({ code: 'challenge_invalid' }) as Error;

describe('the text that a service account signs', () => {
  it('says who signs in where, with which key, until when, and is read as it was written', () => {
    expect(text.split('\n').slice(0, 4)).toEqual([
      'writ sign-in v1',
      'organization acme',
      'service-account deploy',
      `key ${challenge.fingerprint}`,
    ]);
    expect(read(text)()).toEqual(challenge);
    const ofProvider = { ...challenge, organization: null };
    expect(read(signInChallengeText(ofProvider, key))()).toEqual(ofProvider);
  });

  it('holds until its end, and not at it', () => {
    expect(read(text, now + 59_999)()).toEqual(challenge);
    expect(read(text, now + 60_000)).toThrow(refused);
  });

  it.each<[what: string, given: string]>([
    ['nothing', ''],
    ['another name', text.replace('deploy', 'admin')],
    ['another organization', text.replace('acme', 'acne')],
    ['another key', text.replace('SHA256:A', 'SHA256:B')],
    ['a later end', text.replace('2027', '2028')],
    ['another spelling of the end', text.replace('.000Z', '.0000')],
    ['another seal', text.replace(/seal ./, (seal) => `seal ${seal.endsWith('x') ? 'y' : 'x'}`)],
    ['no seal', text.replace(/seal .*\n/, '')],
    ['a line more', `${text}\n`],
    ['a line before', `\n${text}`],
    ['a NUL', text.replace('deploy', 'dep\0loy')],
    ['a letter that is two bytes', text.replace('deploy', 'depl\u00f6y')],
  ])('is not taken with %s', (_, given) => {
    expect(read(given)).toThrow(refused);
  });

  it('is worth nothing at another installation', () => {
    expect(read(text, now, createSecretKey(Buffer.alloc(32, 2)))).toThrow(refused);
  });
});
