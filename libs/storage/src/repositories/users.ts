import { startEpoch } from './epochs.js';
import type { Transaction } from './transaction.js';

/** What signing in needs to know of an account. */
export interface SignInUser {
  readonly id: string;
  readonly name: string;
  readonly administrativeRole: string;
  readonly state: 'invited' | 'active' | 'locked' | 'disabled';
  /** argon2id, PHC string. */
  readonly passwordHash: string | null;
  /** Of the device tokens that still count. */
  readonly deviceGeneration: number;
  readonly kind: 'person' | 'service';
}

/** @param by the account's name or id */
export async function findSignInUser(
  tx: Transaction,
  organizationId: string,
  by: { readonly name: string } | { readonly id: string },
): Promise<SignInUser | null> {
  const user = await tx.user.findFirst({
    where: { organizationId, ...by },
    select: {
      id: true,
      name: true,
      administrativeRole: true,
      state: true,
      passwordHash: true,
      deviceGeneration: true,
      kind: true,
    },
  });
  if (user === null) return null;
  const { state, kind } = user as Pick<SignInUser, 'state' | 'kind'>;
  return { ...user, state, kind };
}

/**
 * The account as it is now, held so that nobody closes or resets it before this transaction ends: a session that starts
 * is either refused or ended by whoever closes the account.
 */
export async function holdSignInUser(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<SignInUser | null> {
  await tx.$queryRaw`
    select id from users where organization_id = ${organizationId}::uuid and id = ${userId}::uuid for share`;
  return findSignInUser(tx, organizationId, { id: userId });
}

/** The same for whoever is going to change the account: held for them alone. */
export async function holdUserToChange(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<SignInUser | null> {
  await tx.$queryRaw`
    select id from users where organization_id = ${organizationId}::uuid and id = ${userId}::uuid for update`;
  return findSignInUser(tx, organizationId, { id: userId });
}

export interface NewUser {
  readonly id: string;
  readonly organizationId: string;
  readonly name: string;
  readonly administrativeRole: string;
  readonly state: 'invited' | 'active';
  readonly passwordHash: string | null;
  readonly createdAt: Date;
}

export async function insertUser(tx: Transaction, user: NewUser): Promise<void> {
  await tx.user.create({ data: user });
  await startEpoch(tx, user.organizationId, user.id, 'user');
}

/** Gives an account its password; an invited one becomes active. */
export async function setPassword(
  tx: Transaction,
  organizationId: string,
  userId: string,
  passwordHash: string,
): Promise<void> {
  await tx.$executeRaw`
    update users set password_hash = ${passwordHash}, state = case state when 'invited' then 'active' else state end
    where organization_id = ${organizationId}::uuid and id = ${userId}::uuid`;
}

/** Makes every device token of the account worthless; resolves to the generation of those that are made from now on. */
export async function nextDeviceGeneration(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<number> {
  const { deviceGeneration } = await tx.user.update({
    where: { id: userId, organizationId },
    data: { deviceGeneration: { increment: 1 } },
    select: { deviceGeneration: true },
  });
  return deviceGeneration;
}
