import type { Prisma } from '../generated/client.js';
import type { Transaction } from './transaction.js';

/** The one row that says how the key-encryption secret becomes a key. */
export interface InstallationRow {
  /** Parameters of the key derivation. */
  readonly kdf: unknown;
  /** Sealed: tells a wrong secret. */
  readonly check: Uint8Array;
  /** Sealed: what tokens are derived with. */
  readonly tokenKey: Uint8Array;
}

/** What changes with the secret, beside the token key. */
export type InstallationSealRow = Omit<InstallationRow, 'tokenKey'>;

/** Null before `init`. Needs no scope. */
export async function findInstallation(tx: Transaction): Promise<InstallationRow | null> {
  return tx.installation.findUnique({ where: { id: 1 }, select: { kdf: true, check: true, tokenKey: true } });
}

/** Writes the row; only the schema's owner may. */
export async function insertInstallation(tx: Transaction, row: InstallationRow): Promise<void> {
  await tx.installation.create({
    data: {
      id: 1,
      kdf: row.kdf as Prisma.InputJsonObject,
      check: Uint8Array.from(row.check),
      tokenKey: Uint8Array.from(row.tokenKey),
    },
  });
}

/** Puts the row in place that fits a new secret; only the schema's owner may. */
export async function replaceInstallation(tx: Transaction, row: InstallationRow): Promise<void> {
  await tx.installation.update({
    where: { id: 1 },
    data: {
      kdf: row.kdf as Prisma.InputJsonObject,
      check: Uint8Array.from(row.check),
      tokenKey: Uint8Array.from(row.tokenKey),
    },
  });
}
