import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  allUnexpiredUserCertificates,
  endAllSessions,
  listAuthorities,
  lockTrust,
  raiseEpochs,
  recordEvent,
  setOrganizationState,
  useUpJoinTokens,
  withdrawAllInvitations,
  type OrganizationRow,
  type Transaction,
} from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';
import { takeTurn } from '../users/take-turn.js';
import { customerId, customerRow, type CustomerServices } from './customers.js';
import { customerEntry } from './list-organizations.js';
import { namePatterns, replaceNames } from './names.js';

type ByCaller = Actor & { readonly caller: SignedInCaller };

/**
 * Gives a customer exactly these host names. Ends in `provider_only`, `people_only`, `second_factor_required`, `not_found`, `names_invalid`, `names_in_use`,
 * `names_taken`, `decision_stale`.
 */
export function setCustomerNames(
  services: CustomerServices,
  actor: ByCaller,
  { params, body }: Pick<RouteInput<'setCustomerNames'>, 'params' | 'body'>,
): Promise<RouteOutput<'setCustomerNames'>> {
  const patterns = namePatterns(body.namePatterns);
  return change(services, actor, params.customer, async (tx, { id, namePatterns: before }) => {
    await replaceNames(tx, id, patterns, new Date(services.clock()));
    return { kind: 'names_changed', data: { before: [...before], namePatterns: patterns } };
  });
}

/**
 * Closes a customer: its sessions, invitations and join tokens end, its unexpired user certificates are revoked, and
 * nothing is issued in it any more. Its KRL and its CAs stay to be read. Ends in `provider_only`, `people_only`, `second_factor_required`, `not_found`, `already_so`,
 * `decision_stale`.
 */
export function closeCustomer(
  services: CustomerServices & TrustEnding,
  actor: ByCaller,
  { params }: Pick<RouteInput<'closeCustomer'>, 'params'>,
): Promise<RouteOutput<'closeCustomer'>> {
  return change(services, actor, params.customer, async (tx, { id, name }) => {
    if (!(await setOrganizationState(tx, id, 'closed'))) throw alreadySo(`${name} is closed already.`);
    // First the epochs: they wait for what is just being recorded, so that the certificates read after it are all there are.
    const authorities = await listAuthorities(tx, id, null, 1000);
    await raiseEpochs(
      tx,
      id,
      authorities.map((authority) => authority.id),
    );
    const at = new Date(services.clock());
    const sessionsEnded = await endAllSessions(tx, id, { at, reason: 'organization_closed' });
    await withdrawAllInvitations(tx, id);
    await useUpJoinTokens(tx, id);
    const ground = {
      organizationId: id,
      reason: 'organization closed',
      cause: 'user',
      subject: 'everybody',
      createdById: actor.caller.userId,
    } as const;
    const ending = {
      certificates: await allUnexpiredUserCertificates(tx, id, takenSince(services)),
      keys: [],
    };
    const { certificates } = await endTrust(tx, services, ground, ending);
    return { kind: 'closed', data: { sessionsEnded, certificates } };
  });
}

/** Opens a closed customer again. Ends in `provider_only`, `people_only`, `second_factor_required`, `not_found`, `already_so`, `decision_stale`. */
export function reopenCustomer(
  services: CustomerServices,
  actor: ByCaller,
  { params }: Pick<RouteInput<'reopenCustomer'>, 'params'>,
): Promise<RouteOutput<'reopenCustomer'>> {
  return change(services, actor, params.customer, async (tx, { id, name }) => {
    if (!(await setOrganizationState(tx, id, 'active'))) throw alreadySo(`${name} is open already.`);
    return { kind: 'reopened', data: {} };
  });
}

interface Changed {
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Changes a customer in both organizations' turns, and writes down in both that it was changed. */
async function change(
  { store }: CustomerServices,
  actor: ByCaller,
  name: string,
  work: (tx: Transaction, customer: OrganizationRow) => Promise<Changed>,
): Promise<RouteOutput<'setCustomerNames'>> {
  const { caller } = actor;
  const id = await customerId(store, caller, name);
  return store.within([caller.organizationId, id], async (tx) => {
    await takeTurn(tx, caller);
    await lockTrust(tx, id);
    const { kind, data } = await work(tx, await customerRow(tx, id));
    await recordEvent(tx, {
      ...eventOf(actor, `organization.${kind}`, name, { ...data, outside: 'provider' }),
      organizationId: id,
      actor: { id: caller.userId, name: `${caller.organizationName}/${caller.userName}` },
    });
    await recordEvent(tx, eventOf(actor, `customer.${kind}`, name, data));
    return customerEntry(tx, caller, id);
  });
}

function alreadySo(message: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>('already_so', message);
}
