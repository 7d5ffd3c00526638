import type { Caller } from '../caller.js';
import type { Failure } from '../failure.js';
import { metUnless, type Outcome } from '../outcome.js';
import type { KeyOwner } from '../request.js';

/** A certified key belongs to whoever proved it, for good (domain.md rule 13). */
export function ownKey(owner: KeyOwner | null, caller: Caller): Outcome<null> {
  if (owner === null) {
    return metUnless(
      [
        {
          rule: 'key_unproved',
          message: 'Nobody has proved this key yet; prove that you hold it, once, and ask again.',
        },
      ],
      null,
    );
  }
  const failures: Failure[] = [];
  if (owner.kind === 'authority') failures.push(keyOfAnAuthority);
  if (owner.kind === 'host') {
    failures.push({ rule: 'key_of_a_host', message: "This is a host's key; use a key of your own." });
  }
  if (owner.kind === 'user' && owner.ownerId !== caller.userId) {
    failures.push({
      rule: 'key_of_another_account',
      message: 'Another account has proved this key; use a key of your own (`writ login --key`).',
    });
  }
  if (owner.revoked) failures.push(keyRevoked);
  return metUnless(failures, null);
}

/** A host key is nobody's yet, or a host's of the same organization. */
export function hostKey(owner: KeyOwner | null, caller: Caller): Outcome<null> {
  if (owner === null) return metUnless([], null);
  const failures: Failure[] = [];
  if (owner.kind === 'authority') failures.push(keyOfAnAuthority);
  if (owner.kind === 'user') {
    failures.push({
      rule: 'key_of_a_user',
      message: "This is a person's key; name the host's own public key.",
    });
  }
  if (owner.kind === 'host' && owner.organizationId !== caller.organizationId) {
    failures.push({
      rule: 'key_of_another_organization',
      message: "This key is another organization's host's; every host needs its own keys.",
    });
  }
  if (owner.revoked) failures.push(keyRevoked);
  return metUnless(failures, null);
}

const keyOfAnAuthority: Failure = {
  rule: 'key_of_an_authority',
  message: "This is an authority's key and is never certified.",
};

const keyRevoked: Failure = {
  rule: 'key_revoked',
  message: 'This key was revoked and is never trusted again; make a new one.',
};
