import {
  addCuts,
  markKeysRevoked,
  recordAct,
  revokeKeys,
  revokeSerials,
  type CertificateRef,
  type RevocationGround,
  type RevokedKey,
  type Transaction,
} from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { Added } from './krl-check.js';
import { krlVersionNow, type KrlsLater } from './krls-later.js';
import { cutKept, publishCutList } from './publish-cut-list.js';
import { publishKrl, type KrlPublishing } from './publish-krl.js';

export interface TrustEnding extends KrlPublishing {
  /** What publishes at the end of the transaction; left out: each change publishes by itself. */
  readonly later?: KrlsLater;
}

/** How long a KRL keeps a certificate after it has expired: verifiers' clocks may be behind. */
const keptAfterExpiry = 24 * 3600 * 1000;

/**
 * Certificates that expire after this (seconds since 1970) may still be taken somewhere: what has expired is revoked as
 * long as a KRL would keep it.
 */
export function takenSince({ clock }: Pick<TrustEnding, 'clock'>): bigint {
  return BigInt(Math.floor((clock() - keptAfterExpiry) / 1000));
}

/** A certificate whose trust ends; `validBefore` is null where nobody knows how long it lives: its KRL entry stays. */
export type CertificateToEnd = Pick<CertificateRef, 'authorityId' | 'serial'> & {
  readonly validBefore: bigint | null;
};

/** What became of it; `krlVersion` is the one that says so. */
export interface TrustEnded {
  readonly certificates: number;
  readonly keys: number;
  /** How many entries of the cut list are its. */
  readonly cut: number;
  readonly krlVersion: bigint;
  /** The certificates that were not revoked before. */
  readonly revoked: readonly { readonly authorityId: string; readonly serial: bigint }[];
}

/** What the KRL's entries are written down as: an act of its own, unless it is part of one. */
export interface PartOf {
  /** The act (id) of this organization. */
  readonly act?: string;
  /** The act of another organization that it follows from. */
  readonly origin?: string;
}

/** What loses its trust. */
export interface Ending {
  readonly certificates: readonly CertificateToEnd[];
  readonly keys: readonly RevokedKey[];
  /** Keys ('SHA256:…') whose sessions are ended besides where sessions are: revoked before, or another organization's. */
  readonly cutKeys?: readonly string[];
  /** Authorities (ids) of which every session is ended where sessions are. */
  readonly cutAuthorities?: readonly string[];
  /** Sessions that are ended themselves where sessions are. */
  readonly sessions?: readonly { readonly hostId: string; readonly session: string }[];
}

/**
 * Revokes certificates and keys and publishes the KRL that says so, in a transaction that holds `lockTrust`. What was
 * revoked before is left as it is; where all of it was, and no session is to be ended, no new KRL is made, and nothing was done.
 * Of a lock (`ground.until`) all of it ends again then, and keys stay what they are. Where sessions are (`ground.cut`), the cut list says so under the KRL's number, also of what was revoked before. Rejects as `publishKrl` does.
 */
export async function endTrust(
  tx: Transaction,
  services: TrustEnding,
  ground: RevocationGround,
  ending: Ending,
  { act = randomUUID(), origin }: PartOf = {},
): Promise<TrustEnded> {
  const { organizationId } = ground;
  const now = services.clock();
  const serials = ending.certificates.map(({ authorityId, serial, validBefore }) => ({
    authorityId,
    serial,
    keepUntil: ground.until ?? keptUntil(validBefore, now),
  }));
  const keys = await revokeKeys(tx, ground, act, ending.keys);
  const certificates = await revokeSerials(tx, ground, act, serials);
  const names = ending.keys.map(({ fingerprint }) => fingerprint);
  if (ground.until === undefined) await markKeysRevoked(tx, organizationId, names);
  const cut = ground.cut === true ? await cutSessions(tx, ground, act, ending, now) : 0;
  if (certificates.length + keys + cut === 0) {
    const krlVersion = await krlVersionNow(tx, services, organizationId);
    return { certificates: 0, keys: 0, cut, krlVersion, revoked: [] };
  }
  const added = {
    certificates: certificates.filter(({ byKey }) => !byKey),
    keys: ending.keys,
  };
  const krlVersion = await publish(tx, services, organizationId, added, cut > 0);
  const counts = { certificates: certificates.length, keys, cut, krlVersion };
  await recordAct(tx, ground, { ...counts, id: act, originId: origin ?? null });
  return { ...counts, revoked: certificates };
}

async function publish(
  tx: Transaction,
  services: TrustEnding,
  organizationId: string,
  added: Added,
  cut: boolean,
): Promise<bigint> {
  if (services.later !== undefined) return services.later.add(tx, organizationId, added, cut);
  const krlVersion = await publishKrl(tx, services, organizationId, added);
  if (cut) await publishCutList(tx, services, organizationId, krlVersion);
  return krlVersion;
}

/** When a KRL may forget a certificate; null: never. */
function keptUntil(validBefore: bigint | null, now: number): Date | null {
  return validBefore === null ? null : new Date(Math.max(Number(validBefore) * 1000, now) + keptAfterExpiry);
}

/** The last that the database holds; OpenSSH's go to twice that. */
const lastSerial = (1n << 63n) - 1n;

/** Resolves to how many entries of the cut list that makes. */
function cutSessions(
  tx: Transaction,
  ground: RevocationGround,
  act: string,
  { certificates, keys, cutKeys = [], cutAuthorities = [], sessions = [] }: Ending,
  now: number,
): Promise<number> {
  const cuts = {
    certificates: [
      ...certificates.map(({ authorityId, serial }) => ({ authorityId, first: serial, last: serial })),
      ...cutAuthorities.map((authorityId) => ({ authorityId, first: 1n, last: lastSerial })),
    ],
    keys: [...keys.map(({ fingerprint }) => fingerprint), ...cutKeys],
    sessions,
  };
  return addCuts(tx, ground, act, cuts, ground.until ?? new Date(now + cutKept));
}
