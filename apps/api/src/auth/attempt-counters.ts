import { networksOf } from '../http/source.js';
import { paces, type Pace } from './throttle.js';

/** A row of counting, and how fast it lets through. */
export interface Counter {
  readonly subject: string;
  readonly pace: Pace;
}

/** What an attempt counts under. */
export interface AttemptCounters {
  /** Its own: after a success here, what is shared does not count for a while. */
  readonly own: Counter;
  /** With strangers. */
  readonly shared: readonly Counter[];
}

/** An attempt from a device that has signed in to the account: nobody else moves its counter. */
export function deviceCounters(userId: string, deviceId: string): AttemptCounters {
  return { own: { subject: `device:${userId}|${deviceId}`, pace: paces.own }, shared: [] };
}

/** Showing the current password to change it, which takes a session: whoever has none moves nothing. */
export function signedInCounters(userId: string): AttemptCounters {
  return { own: { subject: `signed-in:${userId}`, pace: paces.own }, shared: [] };
}

/**
 * A second factor's code that follows a right password or invitation. A device that has shown one before is counted by
 * itself, for whoever knows no more than the password has no such device.
 */
export function codeCounters(userId: string, device: string | null): AttemptCounters {
  const own =
    device === null
      ? { subject: `code:${userId}`, pace: paces.code }
      : { subject: `code-device:${userId}|${device}`, pace: paces.own };
  return { own, shared: [] };
}

/** A code that somebody who is signed in shows. */
export function signedInCodeCounters(userId: string): AttemptCounters {
  return { own: { subject: `code-signed-in:${userId}`, pace: paces.code }, shared: [] };
}

/**
 * Any other attempt.
 * @param name the account's name, or what was given for one
 * @param address where the attempt comes from
 */
export function strangerCounters(name: string, address: string): AttemptCounters {
  const { party, site, network } = networksOf(address);
  const source = (place: string | null, pace: Pace): Counter[] =>
    place === null ? [] : [{ subject: `source:${place}`, pace }];
  return {
    own: { subject: `pair:${name}|${party}`, pace: paces.own },
    shared: [
      { subject: `account:${name}`, pace: paces.account },
      ...source(party, paces.party),
      ...source(site, paces.site),
      ...source(network, paces.network),
    ],
  };
}
