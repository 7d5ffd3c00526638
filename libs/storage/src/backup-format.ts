/**
 * A backup is gzip over lines. A line that begins with `#` is the backup's own, JSON after the sign; every other line
 * is one row as JSON, as PostgreSQL's row_to_json writes it:
 *
 *     #{"format":"writ-backup","version":1,"createdAt":"…","migrations":["20261123000000_initial"]}
 *     #{"table":"users"}
 *     {"id":"…","name":"ana",…}
 *     #{"end":"users","rows":1,"sha256":"…"}        digest of the table's lines, line feeds included
 *     #{"complete":true,"tables":19,"rows":…}
 */
export const backupVersion = 1;

/** Every table, in the order of a backup. */
export const backupTables = [
  'installation',
  'organizations',
  'organization_profiles',
  'epochs',
  'users',
  'invitations',
  'sessions',
  'sign_in_attempts',
  'key_claims',
  'proof_challenges',
  'roles',
  'role_members',
  'groups',
  'group_users',
  'group_groups',
  'role_groups',
  'role_holders',
  'delegations',
  'delegates',
  'authorities',
  'host_names',
  'host_name_keys',
  'bundle_keys',
  'join_tokens',
  'hosts',
  'host_keys',
  'host_challenges',
  'trust_bundles',
  'administrative_roles',
  'service_account_keys',
  'second_factors',
  'recovery_codes',
  'host_key_requests',
  'host_statements',
  'host_presence',
  'organization_names',
  'customers',
  'outsiders',
  'certificates',
  'revocations',
  'revocation_acts',
  'krls',
  'cuts',
  'cut_lists',
  'host_session_reports',
  'host_sessions',
  'idempotency',
  'events',
] as const;

export interface BackupHeader {
  readonly format: 'writ-backup';
  readonly version: number;
  readonly createdAt: string;
  /** Names of the migrations that the database had. */
  readonly migrations: readonly string[];
}

export interface TableStart {
  readonly table: string;
}

export interface TableEnd {
  readonly end: string;
  readonly rows: number;
  readonly sha256: string;
}

export interface BackupEnd {
  readonly complete: true;
  readonly tables: number;
  readonly rows: number;
}

/** What a backup holds, table by table. */
export interface BackupSummary {
  readonly createdAt: string;
  readonly migrations: readonly string[];
  /** Rows by table. */
  readonly tables: Readonly<Record<string, number>>;
  /** Of the compressed file. */
  readonly bytes: number;
}
