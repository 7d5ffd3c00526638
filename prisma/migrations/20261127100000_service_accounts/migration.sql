-- Service accounts: accounts of machines, in the place of people among users, that sign in with a registered key.

alter table "users" add column "kind" text not null default 'person' check ("kind" in ('person', 'service'));
-- Of a service account: it stays closed, and its name is never used again.
alter table "users" add column "deleted_at" timestamptz(3);
-- Nobody owns an organization but people, and a service account has nothing to be invited with.
alter table "users" add constraint "users_service_check"
  check ("kind" = 'person' or ("administrative_role" <> 'owner' and "password_hash" is null and "state" <> 'invited'));
alter table "users" add constraint "users_deleted_check"
  check ("deleted_at" is null or ("kind" = 'service' and "state" = 'disabled'));

-- The registered key that it was opened with.
alter table "sessions" add column "key_fingerprint" text;

-- Those that were removed are kept: whoever registered one that was used may be behind what was done with it.
create table "service_account_keys" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "user_id" uuid not null,
  "fingerprint" text not null,
  "public_key" bytea not null,
  "key_type" text not null,
  "comment" text not null default '',
  "added_by_id" uuid not null,
  "added_at" timestamptz(3) not null,
  "last_used_at" timestamptz(3),
  "removed_at" timestamptz(3),
  constraint "service_account_keys_pkey" primary key ("id")
);
create unique index "service_account_keys_registered_key" on "service_account_keys" ("organization_id", "fingerprint")
  where "removed_at" is null;
create index "service_account_keys_organization_id_user_id_idx" on "service_account_keys" ("organization_id", "user_id");

alter table "service_account_keys" enable row level security;
alter table "service_account_keys" force row level security;
create policy organization_scope on "service_account_keys"
  using (organization_id = any ((select string_to_array(nullif(current_setting('writ.organizations', true), ''), ',')::uuid[])::uuid[]));
