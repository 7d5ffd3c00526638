import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import {
  changeAccount,
  endOtherSessions,
  fingerprintsOfUser,
  otherActiveOwners,
  raiseEpochs,
  removeSignInKeys,
  trustedUserKeys,
  unexpiredUserCertificates,
  withdrawInvitations,
  withdrawLeftBy,
  type AccountRow,
  type RevocationGround,
  type Transaction,
} from '@writ/storage';
import { randomUUID } from 'node:crypto';
import { endAcross, withdrawAcross } from '../delegations/across.js';
import { krlVersionNow } from '../revocations/krls-later.js';
import { endTrust, takenSince, type TrustEnded, type TrustEnding } from '../revocations/end-trust.js';
import { endRegisteredKeys } from '../service-accounts/end-registered-keys.js';

export interface AccountClosed extends TrustEnded {
  readonly account: AccountRow;
  readonly sessionsEnded: number;
  /** Whether the account was open until now, or anything of it. */
  readonly changed: boolean;
  /** How much ended, as events tell it; what it left behind that lets others in only where there was any. */
  readonly said: {
    readonly certificates: number;
    readonly keys: number;
    readonly cut?: number;
    readonly sessionsEnded: number;
    readonly joinTokens?: number;
    readonly invitations?: number;
    readonly registeredKeys?: number;
  };
}

/**
 * Closes an account, in a transaction that holds `lockTrust`: nobody signs in to it, its sessions, invitations and registered keys end,
 * and so do the join tokens and invitations that it made and the keys that it registered for service accounts, also in customers;
 * and its unexpired user certificates, also those that it got in customers by delegation, and certified keys are revoked for good (domain.md "Losing access"). Host
 * certificates that it had signed, and keys of hosts and authorities, are no part of it. Its locks go on, so that nobody opens it before they end. Closing it again finishes
 * whatever was left. Ends in `last_owner`.
 * @param act what it is written down as (id)
 */
export async function closeAccount(
  tx: Transaction,
  services: TrustEnding,
  account: AccountRow,
  ground: RevocationGround,
  act: string = randomUUID(),
): Promise<AccountClosed> {
  const { organizationId } = ground;
  const at = new Date(services.clock());
  await refuseLastOwner(tx, organizationId, account);
  // First the epoch: it waits for what is just being recorded, so that the certificates read after it are all there are.
  await raiseEpochs(tx, organizationId, [account.id]);
  const closedNow = account.state !== 'disabled';
  const closed = closedNow
    ? await changeAccount(tx, organizationId, account.id, { state: 'disabled', at, keepPassword: true })
    : account;
  const sessionsEnded = await endOtherSessions(tx, organizationId, account.id, null, {
    at,
    reason: 'account_disabled',
  });
  await withdrawInvitations(tx, organizationId, account.id);
  await removeSignInKeys(tx, organizationId, { userId: account.id }, at);
  const ending = {
    certificates: await unexpiredUserCertificates(tx, organizationId, account.id, takenSince(services)),
    keys: await trustedUserKeys(tx, organizationId, account.id),
    cutKeys: await fingerprintsOfUser(tx, organizationId, account.id),
  };
  const ended = await endTrust(tx, services, ground, ending, { act });
  const left = (await withdrawLeftBy(tx, [organizationId], account.id)).get(organizationId);
  const registered = left?.keys ?? [];
  const ofKeys = await endRegisteredKeys(tx, services, ground, registered, { act });
  const elsewhere = await endAcross(tx, services, ground, act, { userId: account.id });
  const there = await withdrawAcross(tx, services, ground, act, account.id);
  const said = {
    certificates: ended.certificates + ofKeys.certificates + elsewhere + there.certificates,
    keys: ended.keys,
    ...(ground.cut === true ? { cut: ended.cut } : {}),
    sessionsEnded: sessionsEnded + ofKeys.sessionsEnded + there.sessionsEnded,
  };
  const leftBehind = {
    joinTokens: (left?.joinTokens ?? 0) + there.joinTokens,
    invitations: (left?.invitations ?? 0) + there.invitations,
    registeredKeys: registered.length + there.registeredKeys,
  };
  const any = Object.values(leftBehind).some((count) => count > 0);
  return {
    ...{ ...ended, ...said, account: closed },
    krlVersion: await krlVersionNow(tx, services, organizationId),
    changed: closedNow || any || Object.values(said).some((count) => count > 0),
    said: { ...said, ...(any ? leftBehind : {}) },
  };
}

/** Whether it is the account of an owner who can sign in, or will when a lock ends. */
export function isLetInOwner({ administrativeRole, state, lockedFrom }: AccountRow): boolean {
  return administrativeRole === 'owner' && (state === 'locked' ? lockedFrom : state) === 'active';
}

/** Ends in `last_owner` where nobody else could act as one. */
export async function refuseLastOwner(
  tx: Transaction,
  organizationId: string,
  account: AccountRow,
): Promise<void> {
  if (!isLetInOwner(account)) return;
  if ((await otherActiveOwners(tx, organizationId, account.id)) > 0) return;
  throw new CodedError<ProblemCode>(
    'last_owner',
    `${account.name} is the organization's last active owner and stays; invite another owner first.`,
  );
}
