import { randomUUID } from 'node:crypto';
import type { AuthorityRef, CertificateRecord } from '@writ/issuance';
import { keyId, principal, serial } from '@writ/openssh/certificate';
import type { Database } from '@writ/storage';
import { Pool } from 'pg';

/** Records that rest on a user, a role and an authority of one organization. */
export interface RecordMaker {
  readonly organizationId: string;
  readonly owner: Pool;
  /** A record with the next serial, which saw the given epoch of the given user. */
  make(user: string, epoch?: bigint): CertificateRecord;
  /** A user whose epoch is 1. */
  user(): Promise<string>;
  /** The installation's one authority, made when there is none. */
  authority(): Promise<AuthorityRef>;
  close(): Promise<void>;
}

export async function recordMaker(database: Database): Promise<RecordMaker> {
  const owner = new Pool({ ...database.connection('owner'), max: 3 });
  owner.on('error', () => undefined);
  const [organizationId, roleId, authorityId] = [randomUUID(), randomUUID(), randomUUID()];
  const epoch = async (id: string, kind: string): Promise<string> => {
    await owner.query('insert into epochs (id, organization_id, kind) values ($1, $2, $3)', [
      id,
      organizationId,
      kind,
    ]);
    return id;
  };
  await epoch(roleId, 'role');
  await epoch(authorityId, 'authority');
  let next = 0n;
  return {
    organizationId,
    owner,
    user: () => epoch(randomUUID(), 'user'),
    make: (userId, seen = 1n) => ({
      organizationId,
      authorityId,
      serial: serial((next += 1n)),
      certificateType: 'user',
      keyId: keyId('ana@acme/web'),
      validPrincipals: [principal('root')],
      validAfter: 1n,
      validBefore: 2n,
      publicKeyFingerprint: 'SHA256:x',
      userId,
      roleId,
      sessionId: null,
      certificate: new Uint8Array(400).fill(7),
      issuedAt: 1_767_323_045_678,
      seen: [
        { id: userId, epoch: seen },
        { id: roleId, epoch: 1n },
        { id: authorityId, epoch: 1n },
      ],
      actorName: 'ana',
      requestId: null,
      idempotency: null,
    }),
    async authority() {
      const { rows } = await owner.query<{ id: string; organization: string }>(
        `with made as (
           insert into authorities (id, organization_id, kind, state, key_type, public_key, fingerprint, sealed_key, max_validity_seconds)
           select $1, $2, 'user', 'active', 'ssh-ed25519', '\\x00', 'SHA256:one', '\\x00', 3600
           where not exists (select from authorities) returning id, organization_id
         )
         select id::text, organization_id::text as organization from made
         union all select id::text, organization_id::text from authorities`,
        [authorityId, organizationId],
      );
      const { id = '', organization = '' } = rows[0] ?? {};
      return {
        id,
        organizationId: organization,
        kind: 'user',
        publicKey: { type: 'ssh-ed25519', blob: new Uint8Array() },
        maxValiditySeconds: 3600,
        epoch: 1n,
        state: 'active',
      };
    },
    close: () => owner.end(),
  };
}
