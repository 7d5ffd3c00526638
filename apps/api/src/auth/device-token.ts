import type { KeyObject } from 'node:crypto';
import { tokenParts, tokenText } from './token-text.js';

/**
 * What a device token says: somebody has signed in as this user from there once. It opens nothing; a sign-in that shows it
 * is counted by itself, so that strangers do not slow it. Derived, not stored.
 */
export interface DeviceToken {
  readonly organizationHandle: string;
  readonly userId: string;
  readonly deviceId: string;
  /** Of the account's device tokens; those of an earlier one count for nothing any more. */
  readonly generation: number;
}

export function deviceTokenText(
  { organizationHandle, userId, deviceId, generation }: DeviceToken,
  key: KeyObject,
): string {
  return tokenText('writ_d', [organizationHandle, userId, deviceId, String(generation)], key);
}

/** The device that a token of exactly this account and generation names; null for anything else, which counts as no token. */
export function deviceOf(
  text: string | undefined,
  account: Omit<DeviceToken, 'deviceId'>,
  key: KeyObject,
): string | null {
  const [organizationHandle, userId, deviceId, generation] =
    text === undefined ? [] : (tokenParts('writ_d', text, key) ?? []);
  const genuine = organizationHandle === account.organizationHandle && userId === account.userId;
  if (generation !== String(account.generation)) return null;
  return genuine && deviceId !== undefined ? deviceId : null;
}
