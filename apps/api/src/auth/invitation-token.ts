import type { RandomBytes } from '@writ/kernel';
import { createHash } from 'node:crypto';

/** A one-time invitation: what the person gets, and what is kept of it. */
export interface InvitationToken {
  /** `writ_i.<organization handle>.<random>` */
  readonly token: string;
  /** SHA-256 of the token. */
  readonly hash: Uint8Array;
}

/** Makes an invitation into the organization with that public handle. */
export function makeInvitation(random: RandomBytes, organizationHandle: string): InvitationToken {
  const token = `writ_i.${organizationHandle}.${Buffer.from(random(24)).toString('base64url')}`;
  return { token, hash: hashOf(token) };
}

/** The organization an invitation is for and the hash to find it by; null for what is none. */
export function readInvitation(
  token: string,
): { readonly organizationHandle: string; readonly hash: Uint8Array } | null {
  const organizationHandle = /^writ_i\.([a-z0-9]{16})\.[A-Za-z0-9_-]{32}$/.exec(token.trim())?.[1];
  return organizationHandle === undefined ? null : { organizationHandle, hash: hashOf(token.trim()) };
}

function hashOf(token: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
