import type { Failure, ProblemCode } from '@writ/contract';
import { CodedError, type Clock } from '@writ/kernel';
import type { Caller } from '@writ/policy';
import {
  activeBundleKey,
  bundleKeyHistory,
  hostsWithoutBundleKey,
  insertBundleKey,
  moveBundleKey,
  nextBundleKey,
  recordEvent,
  type BundleKeyHistory,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { notFound, refusal } from '../refusal.js';
import { takeTurn } from '../users/take-turn.js';
import type { BundleKeys } from './bundle-keys.js';

export interface Succession {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly bundleKeys: BundleKeys;
}

type View = RouteOutput<'announceBundleKey'>;

/** So many hosts are named; of the others is only said how many they are. */
const named = 100;

/** The organization's bundle keys, oldest first. */
export function bundleKeysOf(
  store: ScopedDatabase,
  { organizationId }: Caller,
): Promise<RouteOutput<'listBundleKeys'>> {
  return store.within([organizationId], async (tx) => {
    const items: View[] = [];
    for (const key of await bundleKeyHistory(tx, organizationId)) items.push(await viewOf(tx, key));
    return { items };
  });
}

/**
 * Makes the next key; every bundle made from now on announces it. Ends in `not_found` (no host ever needed a key),
 * `already_so` (one is announced), `decision_stale`.
 */
export function announceBundleKey(
  { store, clock, bundleKeys }: Succession,
  actor: Actor & { readonly caller: SignedInCaller },
): Promise<View> {
  const { organizationId } = actor.caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    if ((await activeBundleKey(tx, organizationId)) === null) throw notFound('bundle key');
    const announced = await nextBundleKey(tx, organizationId);
    if (announced !== null)
      throw alreadySo(`${announced.fingerprint} is announced already; activate it first.`);
    const key = await bundleKeys.make({ id: randomUUID(), organizationId });
    await insertBundleKey(tx, key, 'next', new Date(clock()));
    await recordEvent(tx, eventOf(actor, 'bundle_key.announced', key.fingerprint));
    return found(tx, organizationId, key.fingerprint);
  });
}

/**
 * Lets the next key sign, and retires the one before. Ends in `not_found`, `already_so`, `decision_stale`, and in
 * `request_refused` where it is retired or, unless `anyway`, where hosts do not know it: one failure for each.
 */
export function activateBundleKey(
  { store, clock }: Succession,
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'activateBundleKey'>, 'body'>,
): Promise<View> {
  const { organizationId } = actor.caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const key = await historyOf(tx, organizationId, body.fingerprint);
    if (key.state === 'active') throw alreadySo(`${key.fingerprint} signs bundles already.`);
    if (key.state === 'retired') throw refusal('request_refused', [retired(key)]);
    const unknownTo = await hostsWithoutBundleKey(tx, organizationId, key.fingerprint, named);
    if (!body.anyway && unknownTo.count > 0) throw refusal('request_refused', unknownFailures(unknownTo));
    const before = await activeBundleKey(tx, organizationId);
    const now = new Date(clock());
    if (before !== null) await moveBundleKey(tx, before.id, 'retired', now);
    await moveBundleKey(tx, key.id, 'active', now);
    const data = { retired: before?.fingerprint ?? null, unknownTo: unknownTo.count };
    await recordEvent(tx, eventOf(actor, 'bundle_key.activated', key.fingerprint, data));
    return found(tx, organizationId, key.fingerprint);
  });
}

/** Takes the announcement back. Ends in `not_found`, `already_so`, `decision_stale`, `request_refused` (it signs). */
export function retireBundleKey(
  { store, clock }: Succession,
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Pick<RouteInput<'retireBundleKey'>, 'body'>,
): Promise<View> {
  const { organizationId } = actor.caller;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const key = await historyOf(tx, organizationId, body.fingerprint);
    if (key.state === 'retired') throw alreadySo(`${key.fingerprint} is retired already.`);
    if (key.state === 'active') {
      const message = `${key.fingerprint} signs bundles; it is retired by activating the next one.`;
      throw refusal('request_refused', [{ rule: 'bundle_key_active', message }]);
    }
    await moveBundleKey(tx, key.id, 'retired', new Date(clock()));
    await recordEvent(tx, eventOf(actor, 'bundle_key.retired', key.fingerprint));
    return found(tx, organizationId, key.fingerprint);
  });
}

async function historyOf(
  tx: Transaction,
  organizationId: string,
  fingerprint: string,
): Promise<BundleKeyHistory> {
  const keys = await bundleKeyHistory(tx, organizationId);
  const key = keys.find((each) => each.fingerprint === fingerprint);
  if (key === undefined) throw notFound('bundle key');
  return key;
}

async function found(tx: Transaction, organizationId: string, fingerprint: string): Promise<View> {
  return viewOf(tx, await historyOf(tx, organizationId, fingerprint));
}

async function viewOf(tx: Transaction, key: BundleKeyHistory): Promise<View> {
  const { organizationId, fingerprint, state, createdAt, activatedAt, retiredAt } = key;
  const unknownTo =
    state === 'retired'
      ? { count: 0, hosts: [] }
      : await hostsWithoutBundleKey(tx, organizationId, fingerprint, named);
  return {
    fingerprint,
    state,
    createdAt: createdAt.toISOString(),
    activatedAt: activatedAt?.toISOString() ?? null,
    retiredAt: retiredAt?.toISOString() ?? null,
    unknownTo: { count: unknownTo.count, hosts: [...unknownTo.hosts] },
  };
}

function alreadySo(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('already_so', message);
}

function retired({ fingerprint }: BundleKeyHistory): Failure {
  return { rule: 'bundle_key_retired', message: `${fingerprint} was retired; announce a new one.` };
}

function unknownFailures(unknownTo: {
  readonly count: number;
  readonly hosts: readonly string[];
}): Failure[] {
  const rule = 'bundle_key_unknown_to_host';
  const failures = unknownTo.hosts.map((host) => ({
    rule,
    message: `${host} has not heard of the next key; once it signs, that host has to be told by hand.`,
  }));
  const more = unknownTo.count - failures.length;
  return more === 0 ? failures : [...failures, { rule, message: `So it is with ${more} more hosts.` }];
}
