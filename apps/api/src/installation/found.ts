import type { Clock, RandomBytes } from '@writ/kernel';
import {
  authorityKeyKinds,
  type AuthorityKeyKind,
  type InstallationSeal,
  type KeyEncryptionKey,
} from '@writ/signer';
import {
  alreadyInitialized,
  findInstallation,
  insertInstallation,
  insertUser,
  replaceInvitation,
  type NewAuthority,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { sealedAuthorityKeys } from '../authorities/authority-keys.js';
import { makeInvitation } from '../auth/invitation-token.js';
import { newTokenKey } from '../auth/token-key.js';
import { randomHandle } from '../handle.js';
import { firstAuthorities, foundOrganization } from '../organizations/found-organization.js';

export { authorityKeyKinds, type AuthorityKeyKind };

/** What the first organization and its owner are to be. */
export interface Founding {
  readonly organization: string;
  /** Host-name patterns that are its own. */
  readonly namePatterns: readonly string[];
  readonly owner: string;
  /** argon2id; null: the owner gets an invitation. */
  readonly passwordHash: string | null;
  readonly authorityKeys: AuthorityKeyKind;
  /** How long a session lasts at most; 12 hours unless it is said. */
  readonly sessionLifeSeconds?: number;
}

export interface FoundingServices {
  /** As the schema's owner: nobody else may write the installation. */
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly newId: () => string;
  readonly key: KeyEncryptionKey;
  readonly seal: InstallationSeal;
}

export interface Founded {
  readonly organization: { readonly id: string; readonly handle: string };
  readonly authorities: readonly Pick<NewAuthority, 'kind' | 'fingerprint' | 'publicKey'>[];
  /** One-time, where the owner has no password. */
  readonly invitation: string | null;
}

const week = 7 * 24 * 3_600_000;

/**
 * Makes the installation, the provider's organization, its first owner, its user CA and host CA: all, or nothing.
 * Ends in `already_initialized`.
 */
export async function found(services: FoundingServices, founding: Founding): Promise<Founded> {
  const { store, clock, random, newId, key, seal } = services;
  const organization = { id: newId(), handle: randomHandle(random) };
  const createdAt = new Date(clock());
  const authorities = await firstAuthorities(
    { authorityKeys: sealedAuthorityKeys(key), newId },
    { organizationId: organization.id, createdAt },
    founding.authorityKeys,
  );
  const owner = { id: newId(), organizationId: organization.id, name: founding.owner, createdAt };
  const invitation = founding.passwordHash === null ? makeInvitation(random, organization.handle) : null;
  await store.within([organization.id], async (tx) => {
    await takeTurn(tx);
    await insertInstallation(tx, { kdf: seal.derivation, check: seal.check, tokenKey: newTokenKey(key) });
    const { organization: name, namePatterns, sessionLifeSeconds: life } = founding;
    const sessions = life === undefined ? {} : { sessionLifeSeconds: life };
    await foundOrganization(
      tx,
      {
        organization: { ...organization, ...sessions, kind: 'provider', name, createdAt },
        namePatterns,
        authorities,
      },
      { actor: null, data: { owner: owner.name }, requestId: null },
    );
    await insertUser(tx, {
      ...owner,
      administrativeRole: 'owner',
      state: invitation === null ? 'active' : 'invited',
      passwordHash: founding.passwordHash,
    });
    if (invitation !== null) {
      await replaceInvitation(tx, {
        organizationId: organization.id,
        userId: owner.id,
        purpose: 'invite',
        tokenHash: invitation.hash,
        createdById: null,
        createdAt,
        expiresAt: new Date(createdAt.getTime() + week),
      });
    }
  });
  return { organization, authorities, invitation: invitation?.token ?? null };
}

/** Waits for another `init` to end. Ends in `already_initialized`. */
async function takeTurn(tx: Transaction): Promise<void> {
  await tx.$executeRaw`select pg_advisory_xact_lock(hashtext('writ init'))`;
  if ((await findInstallation(tx)) === null) return;
  throw alreadyInitialized();
}
