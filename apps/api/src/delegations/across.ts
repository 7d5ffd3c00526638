import {
  customersEntered,
  customersThatCertified,
  delegatesOfGroup,
  delegatesOfUsers,
  fingerprintsOfUser,
  holdingsThroughGroup,
  lockTrustOf,
  outsiderNames,
  raiseEpochs,
  recordAct,
  recordEvents,
  seeOrganizations,
  settleDelegated,
  unexpiredCertificatesOfHoldings,
  unexpiredCertificatesAcross,
  withdrawLeftBy,
  holderNames,
  type NewEvent,
  type RevocationGround,
  type Transaction,
} from '@writ/storage';
import { randomUUID } from 'node:crypto';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { krlVersionNow } from '../revocations/krls-later.js';
import { endTrust, takenSince, type TrustEnded, type TrustEnding } from '../revocations/end-trust.js';
import { endRegisteredKeys } from '../service-accounts/end-registered-keys.js';
import { endUnansweredSessions } from '../service-accounts/unanswered-keys.js';

/** Who did it, and where the people are whom it concerns. */
interface Acting {
  readonly caller: SignedInCaller;
  readonly requestId: string;
}

/** The organization of the people to whom roles are delegated. */
export interface DelegatesHome {
  readonly id: string;
  readonly name: string;
}

/**
 * Makes a change of who is in a group count in every customer whose roles are delegated to it: who came into them may use them
 * from now on, and what rested on a role that somebody lost is revoked there. In a transaction that holds the home's turn; takes
 * the customers' turns after it, in the order of their ids. Resolves to how many certificates were revoked.
 */
export async function settleGroupAcross(
  tx: Transaction,
  services: TrustEnding,
  actor: Acting,
  groupId: string,
): Promise<number> {
  const { organizationId, organizationName } = actor.caller;
  const delegates = await delegatesOfGroup(tx, organizationId, groupId);
  const home = { id: organizationId, name: organizationName };
  const customers = await entered(tx, home.id, delegates);
  if (customers.length === 0) return 0;
  let certificates = 0;
  for (const customer of customers) certificates += await settleIn(tx, services, actor, customer, home);
  await seeOrganizations(tx, [home.id]);
  return certificates;
}

/**
 * Brings one customer up to date, in a transaction that sees both sides and holds both turns, and tells the customer in its events.
 * Resolves to how many certificates were revoked.
 */
export async function settleIn(
  tx: Transaction,
  services: TrustEnding,
  actor: Acting,
  customerId: string,
  home: DelegatesHome,
): Promise<number> {
  const { gained, lost } = await settleDelegated(tx, customerId, home);
  if (gained.length + lost.length === 0) return 0;
  // First the epochs: they wait for what is just being recorded, so that the certificates read after it are all there are.
  await raiseEpochs(tx, home.id, [...new Set([...gained, ...lost].map(({ userId }) => userId))]);
  const ending = await unexpiredCertificatesOfHoldings(tx, customerId, lost, takenSince(services));
  const reason = 'no longer delegated';
  const { certificates } = await endTrust(tx, services, groundIn(customerId, actor, home.name, reason), {
    certificates: ending,
    keys: [],
  });
  const names = await holderNames(tx, customerId, [...gained, ...lost]);
  await recordEvents(tx, [
    ...gained.map((holding) => told(actor, customerId, 'role.granted', names(holding), {})),
    ...lost.map((holding) => told(actor, customerId, 'role.revoked', names(holding), { certificates })),
  ]);
  return certificates;
}

/**
 * Revokes what an account of this organization got in customers by delegation, all of it or for one key, as part of the home's act
 * (id), in a transaction that holds the home's turn and has raised the account's epoch. What is delegated to it now does not matter: a session outlives
 * the delegation, too. Resolves to how many certificates those were.
 */
export async function endAcross(
  tx: Transaction,
  services: TrustEnding,
  ground: RevocationGround,
  act: string,
  { userId, fingerprint = null }: { readonly userId: string; readonly fingerprint?: string | null },
): Promise<number> {
  const home = ground.organizationId;
  const certified = await customersThatCertified(tx, home, userId);
  const customers = await entered(tx, home, [...certified, ...(await delegatesOfUsers(tx, home, [userId]))]);
  if (customers.length === 0) return 0;
  // A session may outlive its certificate: the key names it as long as it lasts.
  const cutKeys = fingerprint === null ? await fingerprintsOfUser(tx, home, userId) : [fingerprint];
  const since = takenSince(services);
  const ending = await unexpiredCertificatesAcross(tx, customers, userId, since, fingerprint);
  const names = await outsiderNames(tx, customers, userId);
  const events: NewEvent[] = [];
  let [certificates, concerned] = [0, false];
  // A KRL is one customer's: only for those in which there is anything to revoke, or sessions are ended, too.
  for (const customer of ground.cut === true ? customers : ending.keys()) {
    const issued = ending.get(customer) ?? [];
    const subject = names.get(customer) ?? userId;
    const there = { ...ground, subject, organizationId: customer };
    const what = { certificates: issued, keys: [], cutKeys };
    const ended = await endTrust(tx, services, there, what, { origin: act });
    certificates += ended.certificates;
    const nothing = ended.certificates + ended.cut === 0;
    if (nothing && issued.length === 0) continue;
    concerned = true;
    if (nothing) await recordSame(tx, there, act, ended.krlVersion);
    const { reason, cut, until } = ground;
    if (nothing && until === undefined) continue;
    const counts = { certificates: ended.certificates, ...(cut === true ? { cut: ended.cut } : {}) };
    const data = {
      ...{ reason, ...counts, delegated: true },
      ...(until === undefined ? {} : { until: until.toISOString() }),
    };
    const event = {
      kind: until === undefined ? 'user.revoked' : 'user.locked',
      actor: null,
      data,
      requestId: null,
    };
    events.push({ ...event, organizationId: customer, subject });
  }
  await recordEvents(tx, events);
  if (concerned) await recordOrigin(tx, services, ground, act);
  await seeOrganizations(tx, [home]);
  return certificates;
}

/**
 * Revokes what people (ids) of a group got in customers because roles are delegated to it, or were, as part of the home's act (id), in a
 * transaction that holds the home's turn. Resolves to how many certificates those were, and how many entries of cut lists.
 */
export async function endGroupAcross(
  tx: Transaction,
  services: TrustEnding,
  actor: Acting,
  ground: RevocationGround,
  act: string,
  of: { readonly groupId: string; readonly users: readonly string[] },
): Promise<Pick<TrustEnded, 'certificates' | 'cut'>> {
  const home = ground.organizationId;
  const through = await holdingsThroughGroup(tx, home, of);
  const customers = await entered(tx, home, through);
  const total = { certificates: 0, cut: 0 };
  if (customers.length === 0) return total;
  let concerned = false;
  const subject = `${actor.caller.organizationName}/${ground.subject}`;
  for (const customer of customers) {
    const holdings = through.filter(({ customerId }) => customerId === customer);
    const roles = new Set(holdings.flatMap(({ roleId, ended }) => (ended ? [] : [roleId])));
    // First the epochs, as everywhere.
    await raiseEpochs(tx, customer, [...roles]);
    const ending = await unexpiredCertificatesOfHoldings(tx, customer, holdings, takenSince(services));
    const there = { ...ground, subject, organizationId: customer };
    const ended = await endTrust(tx, services, there, { certificates: ending, keys: [] }, { origin: act });
    total.certificates += ended.certificates;
    total.cut += ended.cut;
    if (ending.length === 0) continue;
    concerned = true;
    if (ended.certificates + ended.cut === 0) {
      await recordSame(tx, there, act, ended.krlVersion);
      continue;
    }
    const { reason, cut } = ground;
    const counts = { certificates: ended.certificates, ...(cut === true ? { cut: ended.cut } : {}) };
    const data = { reason, ...counts, delegated: true };
    const event = { kind: 'group.certificates_revoked', actor: null, data, requestId: null };
    await recordEvents(tx, [{ ...event, organizationId: customer, subject }]);
  }
  if (concerned) await recordOrigin(tx, services, ground, act);
  await seeOrganizations(tx, [home]);
  return total;
}

/**
 * Where all that somebody can still have was revoked before, whoever did it, its KRL is the one to wait for: the part in the customer
 * says which that is, and no more.
 */
function recordSame(
  tx: Transaction,
  there: RevocationGround,
  act: string,
  krlVersion: bigint,
): Promise<void> {
  return recordAct(tx, there, { id: randomUUID(), certificates: 0, keys: 0, krlVersion, originId: act });
}

/** The home's act is there also where nothing ended at home. */
async function recordOrigin(
  tx: Transaction,
  services: TrustEnding,
  ground: RevocationGround,
  act: string,
): Promise<void> {
  const krlVersion = await krlVersionNow(tx, services, ground.organizationId);
  await recordAct(tx, ground, { id: act, certificates: 0, keys: 0, krlVersion, originId: null });
}

/** What ended in customers with an account, added up. */
interface WithdrawnAcross {
  readonly joinTokens: number;
  readonly invitations: number;
  readonly registeredKeys: number;
  readonly certificates: number;
  readonly sessionsEnded: number;
}

/**
 * Ends what an account of the provider left behind in customers where it acted from outside and that lets others in: join tokens,
 * invitations, and keys of service accounts, as part of the home's act (id), in a transaction that holds the home's turn.
 */
export async function withdrawAcross(
  tx: Transaction,
  services: TrustEnding,
  ground: RevocationGround,
  act: string,
  userId: string,
): Promise<WithdrawnAcross> {
  const home = ground.organizationId;
  const total = { joinTokens: 0, invitations: 0, registeredKeys: 0, certificates: 0, sessionsEnded: 0 };
  const customers = await customersEntered(tx, home, userId);
  if (customers.length === 0) return total;
  const names = new Map(customers.map(({ customerId, name }) => [customerId, name]));
  const ids = [...names.keys()];
  await lockTrustOf(tx, ids);
  const events: NewEvent[] = [];
  for (const [customerId, { keys, joinTokens, invitations }] of await withdrawLeftBy(tx, ids, userId)) {
    if (keys.length + joinTokens + invitations === 0) continue;
    const name = names.get(customerId) ?? userId;
    const there = { ...ground, cause: 'key', subject: name, organizationId: customerId } as const;
    const ended = await endRegisteredKeys(tx, services, there, keys, { origin: act });
    const counts = { joinTokens, invitations, registeredKeys: keys.length, ...ended };
    for (const key of Object.keys(counts) as (keyof WithdrawnAcross)[]) total[key] += counts[key];
    const data = { reason: ground.reason, ...counts };
    const event = { kind: 'user.revoked', actor: null, data, requestId: null };
    events.push({ ...event, organizationId: customerId, subject: name });
  }
  await recordEvents(tx, events);
  if (total.registeredKeys > 0) await recordOrigin(tx, services, ground, act);
  await seeOrganizations(tx, [home]);
  return total;
}

/**
 * Ends the sessions that are open by a registered key which nobody answers for any more, after an account (id) has lost rights or cannot act
 * now: in its organization, whose turn the transaction holds, and in customers where it acted from outside. Resolves to how many
 * those were.
 */
export async function endUnansweredOf(
  tx: Transaction,
  { clock }: Pick<TrustEnding, 'clock'>,
  organizationId: string,
  userId: string,
): Promise<number> {
  const at = new Date(clock());
  let total = await endUnansweredSessions(tx, organizationId, at);
  const customers = (await customersEntered(tx, organizationId, userId)).map(({ customerId }) => customerId);
  if (customers.length === 0) return total;
  await lockTrustOf(tx, customers);
  for (const customer of customers) total += await endUnansweredSessions(tx, customer, at);
  await seeOrganizations(tx, [organizationId]);
  return total;
}

/** The customers of these delegations, seen and with their turns taken, each before it is worked on. */
async function entered(
  tx: Transaction,
  homeId: string,
  delegates: readonly { readonly customerId: string }[],
): Promise<readonly string[]> {
  const customers = [...new Set(delegates.map(({ customerId }) => customerId))].sort();
  if (customers.length === 0) return [];
  await seeOrganizations(tx, [homeId, ...customers]);
  await lockTrustOf(tx, customers);
  return customers;
}

function groundIn(
  organizationId: string,
  { caller }: Acting,
  subject: string,
  reason: string,
): RevocationGround {
  return { organizationId, reason, cause: 'role', subject, createdById: caller.userId };
}

/** What the customer reads: somebody of the home is named with it. */
function told(
  { caller, requestId }: Acting,
  organizationId: string,
  kind: string,
  { user, role }: { readonly user: string; readonly role: string },
  data: Readonly<Record<string, unknown>>,
): NewEvent {
  return {
    ...{ organizationId, kind, subject: user, requestId },
    actor: { id: caller.userId, name: nameIn(organizationId, caller) },
    data: { role, delegated: true, ...data },
  };
}

/** The caller as that organization knows them: 'bo', or 'msp/ana'. */
export function nameIn(organizationId: string, { home, userName }: SignedInCaller): string {
  const own = userName.startsWith(`${home.organizationName}/`)
    ? userName
    : `${home.organizationName}/${userName}`;
  return home.organizationId === organizationId ? userName : own;
}
