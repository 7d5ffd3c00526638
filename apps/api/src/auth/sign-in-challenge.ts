import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

/** What a service account signs to sign in. Nothing is kept of it until it is used: it carries a seal of ours instead. */
export interface SignInChallenge {
  /** An organization's name; null: the provider's. */
  readonly organization: string | null;
  readonly serviceAccount: string;
  /** 'SHA256:…' of the key that is to sign. */
  readonly fingerprint: string;
  /** base64url of 32 random bytes. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const layout =
  /^writ sign-in v1\norganization ([a-z0-9-]{1,63})\nservice-account ([a-z0-9._+@-]{1,128})\nkey (SHA256:[A-Za-z0-9+/]{43})\nnonce ([A-Za-z0-9_-]{43})\nexpires ([0-9TZ:.-]{24})\nseal ([A-Za-z0-9_-]{43})\n$/;

/**
 * The text that is signed, exactly as it is, under `signInNamespace`. Version 1: seven lines, each ended by a newline:
 *
 *     writ sign-in v1
 *     organization <name, or - for the one that runs the service>
 *     service-account <name>
 *     key <SHA256 fingerprint of the key>
 *     nonce <43 characters of base64url>
 *     expires <ISO 8601, milliseconds, UTC>
 *     seal <43 characters of base64url: the service's MAC over the lines before>
 */
export function signInChallengeText(challenge: SignInChallenge, key: KeyObject): string {
  const plain = [
    'writ sign-in v1',
    `organization ${challenge.organization ?? '-'}`,
    `service-account ${challenge.serviceAccount}`,
    `key ${challenge.fingerprint}`,
    `nonce ${challenge.nonce}`,
    `expires ${new Date(challenge.expiresAt).toISOString()}`,
    '',
  ].join('\n');
  return `${plain}seal ${createHmac('sha256', key).update(plain).digest('base64url')}\n`;
}

/**
 * Reads what `signInChallengeText` writes, and no other spelling. Ends in `challenge_invalid`: not ours, altered, or expired.
 * @param now milliseconds since 1970
 */
export function readSignInChallenge(text: string, key: KeyObject, now: number): SignInChallenge {
  const [, organization = '', serviceAccount = '', fingerprint = '', nonce = '', expires = ''] =
    layout.exec(text) ?? [];
  const expiresAt = Date.parse(expires);
  if (Number.isNaN(expiresAt)) throw notOurs();
  const challenge = {
    organization: organization === '-' ? null : organization,
    ...{ serviceAccount, fingerprint, nonce, expiresAt },
  };
  const given = Buffer.from(text);
  const right = Buffer.from(signInChallengeText(challenge, key));
  if (given.length !== right.length || timingSafeEqual(given, right) !== true) throw notOurs();
  if (!(expiresAt > now)) throw challengeInvalid('The challenge has expired; ask for a new one.');
  return challenge;
}

function notOurs(): CodedError<ProblemCode> {
  return challengeInvalid('This is not the text of a challenge; send it back exactly as it came.');
}

export function challengeInvalid(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('challenge_invalid', message);
}
