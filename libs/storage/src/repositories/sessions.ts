import type { Transaction } from './transaction.js';

export interface SessionRow {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  /** 'password' | 'invitation' | 'key' */
  readonly method: string;
  readonly strength: string;
  /** Which refresh token is the current one. */
  readonly generation: number;
  readonly rotatedAt: Date;
  readonly authenticatedAt: Date;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
  readonly endedReason: string | null;
  /** The registered key that a service account's was opened with. */
  readonly keyFingerprint: string | null;
}

export type NewSession = Omit<SessionRow, 'endedAt' | 'endedReason'>;

export async function insertSession(tx: Transaction, session: NewSession): Promise<void> {
  await tx.session.create({ data: session });
}

/** The session, held so that nobody else changes it before this transaction ends. */
export async function lockSession(
  tx: Transaction,
  organizationId: string,
  sessionId: string,
): Promise<SessionRow | null> {
  const locked = await tx.$queryRaw<{ id: string }[]>`
    select id from sessions where organization_id = ${organizationId}::uuid and id = ${sessionId}::uuid for update`;
  if (locked.length === 0) return null;
  return tx.session.findUnique({ where: { id: sessionId } });
}

/** Makes the next generation of a session's refresh token the current one. */
export async function rotateSession(
  tx: Transaction,
  sessionId: string,
  generation: number,
  at: Date,
): Promise<void> {
  await tx.session.update({ where: { id: sessionId }, data: { generation, rotatedAt: at } });
}

/** When the last session of these organizations (ids) expires that began by `since` and was not ended; null: there is none. */
export async function latestExpiry(
  tx: Transaction,
  organizationIds: readonly string[],
  since: Date,
): Promise<Date | null> {
  const found = await tx.session.aggregate({
    where: { organizationId: { in: [...organizationIds] }, endedAt: null, authenticatedAt: { lte: since } },
    _max: { expiresAt: true },
  });
  return found._max.expiresAt;
}

/** Ends one session; true when it was open. */
export async function endSession(
  tx: Transaction,
  organizationId: string,
  sessionId: string,
  end: { readonly at: Date; readonly reason: string },
): Promise<boolean> {
  const { count } = await tx.session.updateMany({
    where: { organizationId, id: sessionId, endedAt: null },
    data: { endedAt: end.at, endedReason: end.reason },
  });
  return count > 0;
}

/** Ends all of a user's sessions but one; returns how many were open. */
export async function endOtherSessions(
  tx: Transaction,
  organizationId: string,
  userId: string,
  kept: string | null,
  end: { readonly at: Date; readonly reason: string },
): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { organizationId, userId, endedAt: null, ...(kept === null ? {} : { id: { not: kept } }) },
    data: { endedAt: end.at, endedReason: end.reason },
  });
  return count;
}

/** Ends a user's sessions that a key opened; returns how many were open. */
export async function endSessionsOfKey(
  tx: Transaction,
  organizationId: string,
  of: { readonly userId: string; readonly keyFingerprint: string },
  end: { readonly at: Date; readonly reason: string },
): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { organizationId, ...of, endedAt: null },
    data: { endedAt: end.at, endedReason: end.reason },
  });
  return count;
}

/** Says how strong the proof of who somebody is was, of one session or of all of the user's that are open. */
export async function setStrength(
  tx: Transaction,
  organizationId: string,
  of: { readonly id: string } | { readonly userId: string },
  strength: 'single' | 'multi',
): Promise<void> {
  await tx.session.updateMany({ where: { organizationId, ...of, endedAt: null }, data: { strength } });
}

/** Ends every session of the organization; returns how many were open. */
export async function endAllSessions(
  tx: Transaction,
  organizationId: string,
  end: { readonly at: Date; readonly reason: string },
): Promise<number> {
  const { count } = await tx.session.updateMany({
    where: { organizationId, endedAt: null },
    data: { endedAt: end.at, endedReason: end.reason },
  });
  return count;
}

/** Forgets sessions that ended or expired before `before`; returns how many. */
export async function forgetSessions(tx: Transaction, organizationId: string, before: Date): Promise<number> {
  const { count } = await tx.session.deleteMany({
    where: { organizationId, OR: [{ expiresAt: { lt: before } }, { endedAt: { lt: before } }] },
  });
  return count;
}
