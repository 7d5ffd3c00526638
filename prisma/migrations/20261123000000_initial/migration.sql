-- Tables as prisma/schema.prisma says; then the checks, row-level security and functions that it cannot say.
-- Which role may do what is not here: roles differ between databases, so the program grants after migrating
-- (libs/storage/src/access.ts). Until then nobody but the owner can do anything.

create table "installation" (
  "id" integer not null default 1 check ("id" = 1),
  "kdf" jsonb not null,
  "check" bytea not null,
  "token_key" bytea not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "installation_pkey" primary key ("id")
);

create table "organizations" (
  "id" uuid not null,
  "handle" text not null check ("handle" <> ''),
  "state" text not null default 'active' check ("state" in ('active', 'closed')),
  constraint "organizations_pkey" primary key ("id")
);
create unique index "organizations_handle_key" on "organizations" ("handle");

create table "organization_profiles" (
  "organization_id" uuid not null,
  "kind" text not null check ("kind" in ('provider', 'customer')),
  "name" text not null check ("name" <> ''),
  "name_patterns" text[],
  "session_life_seconds" integer not null default 43200 check ("session_life_seconds" > 0),
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "organization_profiles_pkey" primary key ("organization_id")
);
create unique index "organization_profiles_name_key" on "organization_profiles" ("name");
-- There is one provider.
create unique index "organization_profiles_provider_key" on "organization_profiles" ("kind") where "kind" = 'provider';

create table "epochs" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "kind" text not null check ("kind" in ('user', 'role', 'authority', 'host_name')),
  "epoch" bigint not null default 1 check ("epoch" > 0),
  constraint "epochs_pkey" primary key ("id")
);

create table "users" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "name" text not null check ("name" <> ''),
  "administrative_role" text not null
    check ("administrative_role" in ('owner', 'administrator', 'operator', 'auditor', 'member')),
  "state" text not null check ("state" in ('invited', 'active', 'disabled')),
  "password_hash" text,
  "created_at" timestamptz(3) not null default current_timestamp,
  "disabled_at" timestamptz(3),
  constraint "users_pkey" primary key ("id")
);
create unique index "users_organization_id_name_key" on "users" ("organization_id", "name");

create table "invitations" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "user_id" uuid not null,
  "purpose" text not null check ("purpose" in ('invite', 'reset')),
  "token_hash" bytea not null check (length("token_hash") = 32),
  "created_by_id" uuid,
  "created_at" timestamptz(3) not null default current_timestamp,
  "expires_at" timestamptz(3) not null,
  "used_at" timestamptz(3),
  constraint "invitations_pkey" primary key ("id")
);
create unique index "invitations_token_hash_key" on "invitations" ("token_hash");
create index "invitations_organization_id_user_id_idx" on "invitations" ("organization_id", "user_id");

create table "sessions" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "user_id" uuid not null,
  "method" text not null,
  "strength" text not null check ("strength" in ('single', 'multi')),
  "generation" integer not null default 1 check ("generation" > 0),
  "rotated_at" timestamptz(3) not null,
  "authenticated_at" timestamptz(3) not null,
  "expires_at" timestamptz(3) not null,
  "ended_at" timestamptz(3),
  "ended_reason" text,
  constraint "sessions_pkey" primary key ("id")
);
create index "sessions_organization_id_user_id_idx" on "sessions" ("organization_id", "user_id");

create table "sign_in_attempts" (
  "organization_id" uuid not null,
  "subject" text not null,
  "failures" integer not null default 0 check ("failures" >= 0),
  "last_failure_at" timestamptz(3),
  "last_success_at" timestamptz(3),
  constraint "sign_in_attempts_pkey" primary key ("organization_id", "subject")
);

create table "key_claims" (
  "fingerprint" text not null check ("fingerprint" like 'SHA256:_%'),
  "organization_id" uuid not null,
  "kind" text not null check ("kind" in ('user', 'host', 'authority')),
  "owner_id" uuid not null,
  "public_key" bytea not null,
  "key_type" text not null,
  "comment" text not null default '',
  "claimed_at" timestamptz(3) not null default current_timestamp,
  "revoked_at" timestamptz(3),
  constraint "key_claims_pkey" primary key ("fingerprint")
);
create index "key_claims_organization_id_kind_owner_id_idx" on "key_claims" ("organization_id", "kind", "owner_id");

create table "proof_challenges" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "user_id" uuid not null,
  "nonce_hash" bytea not null check (length("nonce_hash") = 32),
  "action" text not null,
  "fingerprint" text not null,
  "expires_at" timestamptz(3) not null,
  "used_at" timestamptz(3),
  constraint "proof_challenges_pkey" primary key ("id")
);
create unique index "proof_challenges_nonce_hash_key" on "proof_challenges" ("nonce_hash");
create index "proof_challenges_expires_at_idx" on "proof_challenges" ("expires_at");

create table "roles" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "handle" text not null check ("handle" <> ''),
  "name" text not null check ("name" <> ''),
  "principals" text not null check ("principals" in ('logins', 'role')),
  "logins" text[],
  "max_ttl_seconds" integer not null check ("max_ttl_seconds" > 0),
  "extensions" text[],
  "critical_options" jsonb not null,
  "key_types" text[],
  "key_id_template" text not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  "deleted_at" timestamptz(3),
  constraint "roles_pkey" primary key ("id")
);
create unique index "roles_handle_key" on "roles" ("handle");
create unique index "roles_organization_id_name_key" on "roles" ("organization_id", "name");

create table "role_members" (
  "organization_id" uuid not null,
  "role_id" uuid not null,
  "user_id" uuid not null,
  "granted_by_id" uuid,
  "granted_at" timestamptz(3) not null default current_timestamp,
  constraint "role_members_pkey" primary key ("role_id", "user_id")
);
create index "role_members_organization_id_user_id_idx" on "role_members" ("organization_id", "user_id");

create table "authorities" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "kind" text not null check ("kind" in ('user', 'host')),
  "state" text not null check ("state" in ('next', 'active', 'retired')),
  "key_type" text not null,
  "public_key" bytea not null,
  "fingerprint" text not null check ("fingerprint" like 'SHA256:_%'),
  "sealed_key" bytea not null,
  "max_validity_seconds" integer not null check ("max_validity_seconds" > 0),
  -- 0: none is left. 2^63-1 is the last serial and a bigint cannot hold what would follow.
  "next_serial" bigint not null default 1 check ("next_serial" >= 0),
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "authorities_pkey" primary key ("id")
);
create unique index "authorities_fingerprint_key" on "authorities" ("fingerprint");
create index "authorities_organization_id_kind_state_idx" on "authorities" ("organization_id", "kind", "state");

create table "host_names" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "name" text not null check ("name" <> ''),
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "host_names_pkey" primary key ("id")
);
create unique index "host_names_organization_id_name_key" on "host_names" ("organization_id", "name");

create table "host_name_keys" (
  "organization_id" uuid not null,
  "host_name_id" uuid not null,
  "fingerprint" text not null,
  "added_at" timestamptz(3) not null default current_timestamp,
  "replaced_at" timestamptz(3),
  constraint "host_name_keys_pkey" primary key ("host_name_id", "fingerprint")
);

create table "certificates" (
  "organization_id" uuid not null,
  "authority_id" uuid not null,
  "serial" bigint not null check ("serial" > 0),
  "certificate_type" text not null check ("certificate_type" in ('user', 'host')),
  "key_id" text not null check ("key_id" <> ''),
  -- No empty principal list, ever.
  "principals" text[] check (coalesce(cardinality("principals"), 0) between 1 and 256),
  "valid_after" bigint not null check ("valid_after" >= 0),
  "valid_before" bigint not null,
  "public_key_fingerprint" text not null,
  "user_id" uuid not null,
  "role_id" uuid,
  "session_id" uuid,
  "certificate" bytea not null,
  "issued_at" timestamptz(3) not null,
  constraint "certificates_pkey" primary key ("authority_id", "serial"),
  constraint "certificates_window_check" check ("valid_before" > "valid_after"),
  -- A user certificate carries exactly one role; a host certificate none.
  constraint "certificates_role_check" check (("certificate_type" = 'user') = ("role_id" is not null))
);
create index "certificates_organization_id_user_id_valid_before_idx"
  on "certificates" ("organization_id", "user_id", "valid_before");
create index "certificates_organization_id_issued_at_authority_id_serial_idx"
  on "certificates" ("organization_id", "issued_at", "authority_id", "serial");

create table "revocations" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "kind" text not null,
  "authority_id" uuid,
  "serial_from" bigint,
  "serial_to" bigint,
  "fingerprint" text,
  "public_key" bytea,
  "reason" text not null,
  "cause" text not null check ("cause" in ('certificate', 'key', 'user', 'role', 'host')),
  "created_by_id" uuid,
  "created_at" timestamptz(3) not null default current_timestamp,
  "keep_until" timestamptz(3),
  constraint "revocations_pkey" primary key ("id"),
  constraint "revocations_kind_check" check (
    ("kind" = 'serial' and "authority_id" is not null and coalesce("serial_from" > 0 and "serial_to" >= "serial_from", false))
    or ("kind" = 'key' and "fingerprint" is not null and "public_key" is not null)
  )
);
create index "revocations_organization_id_created_at_idx" on "revocations" ("organization_id", "created_at");
create index "revocations_authority_id_serial_from_idx" on "revocations" ("authority_id", "serial_from");

create table "krls" (
  "organization_id" uuid not null,
  "version" bigint not null check ("version" > 0),
  "bytes" bytea not null,
  "sha256" bytea not null check (length("sha256") = 32),
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "krls_pkey" primary key ("organization_id", "version")
);

create table "idempotency" (
  "organization_id" uuid not null,
  "user_id" uuid not null,
  "key" text not null,
  "request_digest" bytea not null,
  "authority_id" uuid,
  "serial" bigint,
  "response" jsonb,
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "idempotency_pkey" primary key ("organization_id", "user_id", "key")
);
create index "idempotency_created_at_idx" on "idempotency" ("created_at");

create table "events" (
  "id" bigserial not null,
  "transaction" bigint not null default ((pg_current_xact_id())::text)::bigint,
  "organization_id" uuid not null,
  "at" timestamptz(3) not null default current_timestamp,
  "kind" text not null check ("kind" <> ''),
  "actor_id" uuid,
  "actor_name" text,
  "subject" text not null,
  "data" jsonb not null default '{}',
  "request_id" text,
  constraint "events_pkey" primary key ("id")
);
create index "events_organization_id_transaction_id_idx" on "events" ("organization_id", "transaction", "id");

-- Row-level security. The scope of a transaction is its set of organizations:
--   select set_config('writ.organizations', '<uuid>,<uuid>', true)
-- Without one the set is null and every comparison with it is null: no row is seen, none can be written.
-- The scalar subquery makes the planner compute the set once for a statement and not once for a row.
do $$
declare
  name text;
begin
  foreach name in array array[
    'organization_profiles', 'epochs', 'users', 'invitations', 'sessions', 'sign_in_attempts', 'key_claims',
    'proof_challenges', 'roles', 'role_members', 'authorities', 'host_names', 'host_name_keys', 'certificates',
    'revocations', 'krls', 'idempotency', 'events'
  ] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy organization_scope on %I '
      'using (organization_id = any ((select string_to_array(nullif(current_setting(''writ.organizations'', true), ''''), '','')::uuid[])::uuid[]))',
      name
    );
  end loop;
end
$$;

-- That a handle exists is no secret; to make or change an organization takes its scope.
alter table "organizations" enable row level security;
alter table "organizations" force row level security;
create policy "anybody_reads" on "organizations" for select using (true);
create policy "organization_scope" on "organizations"
  using ("id" = any ((select string_to_array(nullif(current_setting('writ.organizations', true), ''), ',')::uuid[])::uuid[]));

-- The one question that comes before a scope: which organization a name at sign-in means. Null: the provider's.
create function "writ_organization_by_name"("wanted" text) returns uuid
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
  select organization_id from public.organization_profiles
  where case when wanted is null then kind = 'provider' else name = wanted end
$$;
revoke all on function "writ_organization_by_name"(text) from public;
