import type { SignedInCaller } from '../auth/signed-in-caller.js';

/** The caller as they act in each organization where they may, their own first. */
export function organizationsOf(caller: SignedInCaller): Promise<readonly SignedInCaller[]> {
  return Promise.resolve([caller]);
}
