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
 * An attempt with a key that turned out wrong: it counts where it comes from, and under nothing that would slow an account, whose
 * keys nobody guesses.
 */
export function keyCounters(address: string): AttemptCounters {
  const [own, ...shared] = sourceCounters(address);
  return { own, shared };
}

/**
 * Any other attempt.
 * @param name the account's name, or what was given for one
 * @param address where the attempt comes from
 */
export function strangerCounters(name: string, address: string): AttemptCounters {
  return {
    own: { subject: `pair:${name}|${networksOf(address).party}`, pace: paces.own },
    shared: [{ subject: `account:${name}`, pace: paces.account }, ...sourceCounters(address)],
  };
}

/** Of the networks that an address is in, from the narrowest. */
function sourceCounters(address: string): readonly [Counter, ...Counter[]] {
  const { party, site, network } = networksOf(address);
  const source = (place: string, pace: Pace): Counter => ({ subject: `source:${place}`, pace });
  return [
    source(party, paces.party),
    ...(site === null ? [] : [source(site, paces.site)]),
    ...(network === null ? [] : [source(network, paces.network)]),
  ];
}
