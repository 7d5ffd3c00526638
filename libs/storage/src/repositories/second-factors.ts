import type { Transaction } from './transaction.js';

export interface SecondFactorRow {
  readonly organizationId: string;
  readonly userId: string;
  readonly sealedSecret: Uint8Array;
  readonly startedAt: Date;
  /** Null: being set up, and none yet. */
  readonly confirmedAt: Date | null;
}

const columns = {
  organizationId: true,
  userId: true,
  sealedSecret: true,
  startedAt: true,
  confirmedAt: true,
} as const;

/** The account's second factor, also one that is not confirmed yet. */
export function findSecondFactor(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<SecondFactorRow | null> {
  return tx.secondFactor.findFirst({ where: { organizationId, userId }, select: columns });
}

/** Whether signing in to the account takes a second factor. */
export async function hasSecondFactor(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<boolean> {
  return (await tx.secondFactor.count({ where: { organizationId, userId, confirmedAt: { not: null } } })) > 0;
}

/** Begins to set a factor up, in the place of one that was begun before. False, and nothing written, where one is confirmed. */
export async function startSecondFactor(
  tx: Transaction,
  { organizationId, userId, sealedSecret, startedAt }: Omit<SecondFactorRow, 'confirmedAt'>,
): Promise<boolean> {
  const written = await tx.$executeRaw`
    insert into second_factors (user_id, organization_id, sealed_secret, started_at)
    values (${userId}::uuid, ${organizationId}::uuid, ${Uint8Array.from(sealedSecret)}::bytea, ${startedAt}::timestamptz)
    on conflict (user_id) do update
      set sealed_secret = excluded.sealed_secret, started_at = excluded.started_at, last_step = 0
      where second_factors.confirmed_at is null`;
  return written > 0;
}

/** Makes the factor that is being set up count from now on. False where there is none to confirm. */
export async function confirmSecondFactor(
  tx: Transaction,
  organizationId: string,
  userId: string,
  at: Date,
): Promise<boolean> {
  const { count } = await tx.secondFactor.updateMany({
    where: { organizationId, userId, confirmedAt: null },
    data: { confirmedAt: at },
  });
  return count > 0;
}

/**
 * Uses the code of a step up, with those of all earlier ones: of any number of attempts at once, one gets true.
 * @param step seconds since 1970 through 30
 */
export async function takeStep(
  tx: Transaction,
  {
    organizationId,
    userId,
    sealedSecret,
  }: Pick<SecondFactorRow, 'organizationId' | 'userId' | 'sealedSecret'>,
  step: bigint,
): Promise<boolean> {
  const { count } = await tx.secondFactor.updateMany({
    // Not of another secret, which has taken this one's place since it was read.
    where: { organizationId, userId, sealedSecret: Uint8Array.from(sealedSecret), lastStep: { lt: step } },
    data: { lastStep: step },
  });
  return count > 0;
}

/** Removes the account's factor and its recovery codes. False where it had none that counted. */
export async function removeSecondFactor(
  tx: Transaction,
  organizationId: string,
  userId: string,
): Promise<boolean> {
  await tx.recoveryCode.deleteMany({ where: { organizationId, userId } });
  const { count } = await tx.secondFactor.deleteMany({
    where: { organizationId, userId, confirmedAt: { not: null } },
  });
  return count > 0;
}

/** @param hashes SHA-256 of each code; the account's only ones from now on */
export async function replaceRecoveryCodes(
  tx: Transaction,
  organizationId: string,
  userId: string,
  hashes: readonly Uint8Array[],
): Promise<void> {
  await tx.recoveryCode.deleteMany({ where: { organizationId, userId } });
  await tx.recoveryCode.createMany({
    data: hashes.map((hash) => ({ organizationId, userId, codeHash: Uint8Array.from(hash) })),
  });
}

/** Uses a recovery code up: of any number of attempts at once, one gets true. */
export async function takeRecoveryCode(
  tx: Transaction,
  organizationId: string,
  userId: string,
  hash: Uint8Array,
  at: Date,
): Promise<boolean> {
  const { count } = await tx.recoveryCode.updateMany({
    where: { organizationId, userId, codeHash: Uint8Array.from(hash), usedAt: null },
    data: { usedAt: at },
  });
  return count > 0;
}

/** How many recovery codes the account has left. */
export function recoveryCodesLeft(tx: Transaction, organizationId: string, userId: string): Promise<number> {
  return tx.recoveryCode.count({ where: { organizationId, userId, usedAt: null } });
}

/** Every second factor in scope; the schema's owner sees all. */
export function listSecondFactors(tx: Transaction): Promise<SecondFactorRow[]> {
  return tx.secondFactor.findMany({ select: columns, orderBy: { userId: 'asc' } });
}

/** Puts another envelope around the same secret. */
export async function replaceSealedSecondFactor(
  tx: Transaction,
  userId: string,
  sealedSecret: Uint8Array,
): Promise<void> {
  await tx.secondFactor.update({ where: { userId }, data: { sealedSecret: Uint8Array.from(sealedSecret) } });
}
