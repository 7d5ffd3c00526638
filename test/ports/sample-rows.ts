import { randomBytes, randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';

/** Ids of an organization's rows. */
export interface SampleRows {
  readonly organization: string;
  readonly authority: string;
  readonly user: string;
}

/** Puts one row into every table for a new organization, as the schema's owner. */
export async function insertSampleRows(
  owner: ClientBase,
  kind: 'provider' | 'customer',
): Promise<SampleRows> {
  const [organization, authority, user, role, hostName, host, group] = Array.from({ length: 7 }, () =>
    randomUUID(),
  );
  const word = randomBytes(8).toString('hex');
  const rows: Record<string, Record<string, unknown>> = {
    organizations: { id: organization, handle: word },
    organization_profiles: {
      organization_id: organization,
      kind,
      name: `org-${word}`,
    },
    epochs: { id: user, organization_id: organization, kind: 'user', epoch: 3 },
    users: {
      id: user,
      organization_id: organization,
      name: 'ana\u2028"\\\n',
      administrative_role: 'owner',
      state: 'active',
    },
    invitations: {
      id: randomUUID(),
      organization_id: organization,
      user_id: user,
      purpose: 'reset',
      token_hash: randomBytes(32),
      expires_at: '2100-01-01',
    },
    sessions: {
      id: randomUUID(),
      organization_id: organization,
      user_id: user,
      method: 'password',
      strength: 'single',
      rotated_at: 'now',
      authenticated_at: 'now',
      expires_at: '2100-01-01',
    },
    sign_in_attempts: { organization_id: organization, subject: 'account:ana', failures: 2 },
    key_claims: {
      fingerprint: `SHA256:${word}`,
      organization_id: organization,
      kind: 'user',
      owner_id: user,
      public_key: randomBytes(51),
      key_type: 'ssh-ed25519',
    },
    proof_challenges: {
      id: randomUUID(),
      organization_id: organization,
      user_id: user,
      nonce_hash: randomBytes(32),
      action: 'certify-key',
      fingerprint: `SHA256:${word}`,
      expires_at: '2100-01-01',
    },
    roles: {
      id: role,
      organization_id: organization,
      handle: word,
      name: 'web',
      principals: 'logins',
      selector: null,
      logins: ['root', 'a,b "c"'],
      max_ttl_seconds: 3600,
      extensions: [],
      critical_options: {},
      key_types: ['ssh-ed25519'],
      key_id_template: '{user}',
      command_set_by: user,
    },
    role_members: { organization_id: organization, role_id: role, user_id: user },
    groups: { id: group, organization_id: organization, name: 'oncall' },
    group_users: { organization_id: organization, group_id: group, user_id: user },
    group_groups: { organization_id: organization, group_id: group, member_id: randomUUID() },
    role_groups: { organization_id: organization, role_id: role, group_id: group },
    role_holders: { organization_id: organization, role_id: role, user_id: user },
    delegations: {
      id: randomUUID(),
      organization_id: organization,
      role_id: role,
      home_id: randomUUID(),
      delegate_kind: 'group',
      delegate_id: group,
      delegate_name: 'msp/oncall',
      state: 'offered',
      role_digest: randomBytes(32),
      offered_by: 'msp/ana',
      offered_at: 'now',
    },
    delegates: {
      delegation_id: randomUUID(),
      organization_id: organization,
      customer_id: randomUUID(),
      role_id: role,
      role_name: 'globex/web',
      delegate_kind: 'group',
      delegate_id: group,
    },
    authorities: {
      id: authority,
      organization_id: organization,
      kind: 'user',
      state: 'active',
      key_type: 'ssh-ed25519',
      public_key: randomBytes(51),
      fingerprint: `SHA256:ca${word}`,
      sealed_key: randomBytes(100),
      max_validity_seconds: 86400,
      next_serial: 65,
    },
    host_names: { id: hostName, organization_id: organization, name: 'web-1.acme.example' },
    host_name_keys: { organization_id: organization, host_name_id: hostName, fingerprint: `SHA256:${word}` },
    bundle_keys: {
      id: randomUUID(),
      organization_id: organization,
      state: 'active',
      public_key: randomBytes(51),
      fingerprint: `SHA256:bundle${word}`,
      sealed_key: randomBytes(100),
    },
    join_tokens: {
      id: randomUUID(),
      organization_id: organization,
      token_hash: randomBytes(32),
      names: 'web-*.acme.example',
      labels: { env: 'prod' },
      uses_left: 3,
      created_by_id: user,
      created_at: 'now',
      expires_at: '2100-01-01',
    },
    hosts: {
      id: host,
      organization_id: organization,
      name: 'web-1.acme.example',
      labels: { env: 'prod' },
      join_token_id: randomUUID(),
      joined_at: 'now',
    },
    host_keys: {
      organization_id: organization,
      host_id: host,
      position: 1,
      fingerprint: `SHA256:host${word}`,
    },
    host_challenges: {
      id: randomUUID(),
      organization_id: organization,
      text_hash: randomBytes(32),
      expires_at: '2100-01-01',
    },
    trust_bundles: {
      organization_id: organization,
      version: 1,
      contents: 'none',
      bundle: 'none',
    },
    administrative_roles: {
      id: randomUUID(),
      organization_id: organization,
      name: 'helpdesk',
      permissions: ['user.read'],
    },
    service_account_keys: {
      id: randomUUID(),
      organization_id: organization,
      fingerprint: `SHA256:${word}`,
      user_id: user,
      public_key: randomBytes(51),
      key_type: 'ssh-ed25519',
      added_by_id: user,
      added_at: 'now',
    },
    second_factors: {
      user_id: user,
      organization_id: organization,
      sealed_secret: randomBytes(64),
      started_at: 'now',
      confirmed_at: 'now',
      last_step: 58_000_000,
    },
    recovery_codes: { organization_id: organization, user_id: user, code_hash: randomBytes(32) },
    host_key_requests: {
      id: randomUUID(),
      organization_id: organization,
      host_id: host,
      source: '203.0.113.7',
      fingerprints: [`SHA256:new${word}`],
      public_keys: ['ssh-ed25519 AAAA'],
      asked_at: 'now',
      expires_at: '2100-01-01',
    },
    host_statements: {
      organization_id: organization,
      host_id: host,
      krl_version: 4,
      stated_at: 'now',
      confirmed_at: 'now',
      nonce_at: 'now',
      fingerprint: `SHA256:host${word}`,
      statement: 'writ enforced v1',
      signature: randomBytes(80),
    },
    host_presence: { host_id: host, organization_id: organization, seen_at: 'now' },
    organization_names: {
      pattern: `*.${word}.example`,
      organization_id: organization,
      reversed: [...`*.${word}.example`].reverse().join(''),
    },
    customers: { customer_id: randomUUID(), organization_id: organization, name: 'globex' },
    outsiders: {
      organization_id: organization,
      user_id: randomUUID(),
      home_id: randomUUID(),
      name: 'msp/olga',
    },
    certificates: {
      organization_id: organization,
      authority_id: authority,
      serial: '9223372036854775807',
      certificate_type: 'user',
      key_id: 'ana',
      principals: ['root'],
      valid_after: 1,
      valid_before: 2,
      public_key_fingerprint: `SHA256:${word}`,
      user_id: user,
      role_id: role,
      certificate: randomBytes(300),
      issued_at: 'now',
    },
    revocations: {
      id: randomUUID(),
      organization_id: organization,
      kind: 'serial',
      authority_id: authority,
      serial_from: 1,
      serial_to: 2,
      reason: 'lost',
      cause: 'certificate',
    },
    revocation_acts: {
      id: randomUUID(),
      organization_id: organization,
      cause: 'certificate',
      subject: 'user:1',
      reason: 'lost',
      certificates: 1,
      keys: 0,
      krl_version: 4,
    },
    krls: { organization_id: organization, version: 4, bytes: randomBytes(64), sha256: randomBytes(32) },
    cuts: {
      organization_id: organization,
      kind: 'key',
      fingerprint: `SHA256:${word}`,
      act_id: randomUUID(),
      keep_until: 'now',
    },
    cut_lists: { organization_id: organization, number: 4, text: 'writ-cut 1' },
    idempotency: {
      organization_id: organization,
      user_id: user,
      key: 'k',
      request_digest: randomBytes(32),
      response: { a: 1 },
    },
    events: { organization_id: organization, kind: 'user.created', subject: 'ana', data: { by: 'ben' } },
  };
  for (const [table, row] of Object.entries(rows)) {
    const columns = Object.keys(row);
    const places = columns.map((_, i) => `$${i + 1}`).join(', ');
    await owner.query(`insert into ${table} (${columns.join(', ')}) values (${places})`, Object.values(row));
  }
  return { organization: organization ?? '', authority: authority ?? '', user: user ?? '' };
}

/** The one row of the installation. */
export async function insertInstallation(owner: ClientBase): Promise<void> {
  await owner.query(
    `insert into installation (kdf, "check", token_key) values ('{"algorithm":"scrypt"}', '\\x01', '\\x02')`,
  );
}
