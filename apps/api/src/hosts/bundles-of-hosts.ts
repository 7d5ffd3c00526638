import { Labels } from '@writ/contract';
import { bundleNamespace, bundleText, hostFiles, type BundleFile, type PlacedCertificate } from '@writ/hosts';
import { CodedError, seconds } from '@writ/kernel';
import { decodeCertificate, type Certificate } from '@writ/openssh/certificate';
import { fingerprint } from '@writ/openssh/key';
import { isBelieved } from '@writ/policy';
import {
  activeBundleKey,
  findOrganization,
  hostsOwnCertificates,
  keepBundles,
  keptBundles,
  keysOfHosts,
  listAuthorities,
  lockHosts,
  type BundledHostRow,
  type BundleKeyRow,
  type OrganizationRow,
  type Transaction,
} from '@writ/storage';
import { elsewhere } from '../auth/act-elsewhere.js';
import type { Issuing } from '../certificates/issuing.js';
import type { BundleKeys } from './bundle-keys.js';
import { commonState, keptList } from './bundle-sources.js';
import { certifyHosts, renewalOf } from './host-certificates.js';
import { whyNoHost } from './known-host.js';

export interface Bundling {
  readonly issuing: Issuing;
  readonly bundleKeys: BundleKeys;
}

/** A host, and the version of the bundle that it says it has; null: none. */
export interface WantedBundle {
  readonly hostId: string;
  readonly has: bigint | null;
  /** Whether it takes session limits; null: as it did last. */
  readonly takesLimits: boolean | null;
}

/** A host's bundle as it has to be now. */
export interface CurrentBundle {
  readonly version: bigint;
  /** The bundle, signed; null where the host has that version. */
  readonly text: string | null;
  /** From when on (seconds since 1970) it has to be made anew though nothing changed: certificates end. */
  readonly goodUntil: bigint;
}

/** How soon it is tried again to renew certificates where that failed (seconds). */
const retryAfter = 60n;
/** A host's word for the version it has counts up to here beyond our clock (ms). */
const believedAhead = 86_400_000n;

/**
 * The bundles of some hosts of one organization, as they have to be now, each or what kept it from being made. What was made
 * last is given again as long as it says the same; otherwise the next version is made, signed and kept, all of them in one
 * transaction that reads roles and authorities once. Certificates are issued on the way for hosts that have none which
 * last; where that fails, what they hold goes on being used until it ends. Errors of single hosts: `host_removed`, `host_token_invalid` (there never was
 * one), `not_found` (the organization is closed) and the codes of issuing. Rejects as the database does, and with the codes of opening the bundle key.
 */
export async function bundlesOfHosts(
  services: Bundling,
  organizationId: string,
  wanted: readonly WantedBundle[],
  requestId: string,
): Promise<ReadonlyMap<string, CurrentBundle | Error>> {
  const { found, uncertified } = await makeBundles(services, organizationId, wanted, false);
  if (uncertified.length === 0) return found;
  const failures = await certifyHosts(services.issuing, organizationId, uncertified, requestId);
  const left = wanted.filter(({ hostId }) => uncertified.includes(hostId));
  const second = await makeBundles(services, organizationId, left, true);
  const without = second.uncertified.map((id): [string, Error] => [
    id,
    failures.get(id) ?? new CodedError('decision_stale', 'The host changed meanwhile; ask again.'),
  ]);
  return new Map<string, CurrentBundle | Error>([...found, ...second.found, ...without]);
}

interface Made {
  readonly found: ReadonlyMap<string, CurrentBundle | Error>;
  /** Hosts that lack a certificate to make a bundle with. */
  readonly uncertified: readonly string[];
}

/** @param anyCertificate take also one that should be renewed, for want of better */
function makeBundles(
  services: Bundling,
  organizationId: string,
  wanted: readonly WantedBundle[],
  anyCertificate: boolean,
): Promise<Made> {
  const now = services.issuing.clock();
  const ids = wanted.map(({ hostId }) => hostId);
  return services.issuing.store.within([organizationId], async (tx) => {
    const rows = new Map((await lockHosts(tx, organizationId, ids)).map((row) => [row.id, row]));
    const state = await organizationState(
      tx,
      organizationId,
      seconds(() => now),
    );
    if (state === null) {
      const closed = wanted.map(({ hostId }): [string, Error] => [hostId, elsewhere()]);
      return { found: new Map(closed), uncertified: [] };
    }
    const held = await certificatesHeld(tx, organizationId, ids, { state, now, anyCertificate });
    const found = new Map<string, CurrentBundle | Error>();
    const uncertified: string[] = [];
    const fresh: { host: BundledHostRow; version: bigint; list: string; text: string }[] = [];
    const lacking: string[] = [];
    for (const { hostId, has, takesLimits } of wanted) {
      const host = rows.get(hostId);
      const certificates = held.get(hostId);
      if (host === undefined) found.set(hostId, await whyNoHost(tx, organizationId, hostId));
      else if (certificates === undefined) uncertified.push(hostId);
      else {
        const files = state.files({
          labels: Labels.parse(host.labels),
          certificates: certificates.list,
          takesLimits: takesLimits ?? host.list?.includes('\nfile session_limits ') === true,
        });
        const list = keptList(state.key.fingerprint, files);
        const ahead = has !== null && has > host.version && has <= BigInt(now) + believedAhead ? has : null;
        const same = host.version > 0n && host.list === list && ahead === null;
        const version = same ? host.version : nextVersion(now, host.version, ahead);
        if (!same) fresh.push({ host, version, list, text: textOf(state, host, version, now, files) });
        else if (has !== version) lacking.push(hostId);
        found.set(hostId, { version, text: null, goodUntil: certificates.goodUntil });
      }
    }
    const texts = new Map<string, string>();
    for (const { id, bundle } of lacking.length === 0 ? [] : await keptBundles(tx, organizationId, lacking))
      texts.set(id, bundle ?? '');
    if (fresh.length > 0) {
      const signatures = await services.bundleKeys.signAll(
        state.key,
        bundleNamespace,
        fresh.map((one) => one.text),
      );
      const made = fresh.map(({ host, version, list, text }, index) => {
        const bundle = `${signatures[index]}${text}`;
        texts.set(host.id, bundle);
        return { id: host.id, version, list, bundle };
      });
      await keepBundles(tx, organizationId, made);
    }
    for (const [id, text] of texts) {
      const current = found.get(id);
      if (current !== undefined && !(current instanceof Error)) found.set(id, { ...current, text });
    }
    return { found, uncertified };
  });
}

/** By the clock, so that versions go on rising when an older database was put back; beyond what a host has. */
function nextVersion(now: number, last: bigint, ahead: bigint | null): bigint {
  return [BigInt(now), last + 1n, (ahead ?? 0n) + 1n].reduce((highest, each) =>
    each > highest ? each : highest,
  );
}

/** What all hosts of the organization have in common. */
interface OrganizationState {
  readonly organization: OrganizationRow;
  /** What signs its bundles. */
  readonly key: BundleKeyRow;
  /** The files of each of them. */
  readonly files: ReturnType<typeof hostFiles>;
  readonly hostAuthorities: ReadonlyMap<string, 'active' | 'other'>;
  /** When the first of those that sign no more stops being believed (seconds since 1970); null: none does. */
  readonly goodUntil: bigint | null;
}

/** Null: it is closed. */
async function organizationState(
  tx: Transaction,
  organizationId: string,
  now: bigint,
): Promise<OrganizationState | null> {
  const organization = await findOrganization(tx, organizationId);
  if (organization?.state !== 'active') return null;
  const key = await activeBundleKey(tx, organizationId);
  if (key === null) throw new TypeError('an organization that has hosts has a bundle key');
  const authorities = await listAuthorities(tx, organizationId, null, 1000);
  return {
    organization,
    key,
    files: hostFiles(await commonState(tx, organization, authorities, now)),
    goodUntil: authorities.reduce<bigint | null>(
      (first, { believedUntil: until }) =>
        until !== null && until > now && (first === null || until < first) ? until : first,
      null,
    ),
    hostAuthorities: new Map(
      authorities
        .filter((authority) => authority.kind === 'host' && isBelieved(authority, now))
        .map(({ id, state }) => [id, state === 'active' ? 'active' : 'other']),
    ),
  };
}

interface HeldCertificates {
  /** One for each of the host's keys, in its own order. */
  readonly list: readonly PlacedCertificate[];
  readonly goodUntil: bigint;
}

/** The certificates that each host's bundle is made with; hosts that lack one for some key are left out. */
async function certificatesHeld(
  tx: Transaction,
  organizationId: string,
  ids: readonly string[],
  {
    state,
    now,
    anyCertificate,
  }: { readonly state: OrganizationState; readonly now: number; readonly anyCertificate: boolean },
): Promise<ReadonlyMap<string, HeldCertificates>> {
  const keys = await keysOfHosts(tx, organizationId, ids);
  const moment = seconds(() => now);
  const lasting = new Map<string, Certificate>();
  const others = new Map<string, Certificate>();
  for (const row of await hostsOwnCertificates(tx, organizationId, ids, moment)) {
    const authority = state.hostAuthorities.get(row.authorityId);
    if (authority === undefined) continue;
    const certificate = decodeCertificate(row.certificate);
    const place = `${row.hostId} ${fingerprint(certificate.publicKey)}`;
    const lasts = authority === 'active' && renewalOf(row.hostId, certificate) > moment;
    const shelf = lasts ? lasting : others;
    if (!shelf.has(place)) shelf.set(place, certificate);
  }
  const held = new Map<string, HeldCertificates>();
  for (const [hostId, ofHost] of keys) {
    const list: PlacedCertificate[] = [];
    let goodUntil = state.goodUntil;
    const trusted = ofHost.filter(({ revoked }) => !revoked);
    for (const { position, fingerprint: name } of trusted) {
      const place = `${hostId} ${name}`;
      const good = lasting.get(place);
      const certificate = good ?? (anyCertificate ? others.get(place) : undefined);
      if (certificate === undefined) break;
      list.push({ position, certificate });
      const until = good === undefined ? moment + retryAfter : renewalOf(hostId, certificate);
      if (goodUntil === null || until < goodUntil) goodUntil = until;
    }
    if (goodUntil !== null && list.length === trusted.length && list.length > 0)
      held.set(hostId, { list, goodUntil });
  }
  return held;
}

function textOf(
  { organization }: OrganizationState,
  host: BundledHostRow,
  version: bigint,
  now: number,
  files: readonly BundleFile[],
): string {
  const madeAt = BigInt(Math.floor(now / 1_000));
  return bundleText({ organization: organization.handle, host: host.id, version, madeAt }, files);
}
