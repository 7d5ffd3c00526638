-- Hosts that join, the tokens they join with, and the keys that their bundles are signed with.

alter table "epochs" drop constraint "epochs_kind_check";
alter table "epochs" add constraint "epochs_kind_check"
  check ("kind" in ('user', 'role', 'authority', 'host_name', 'host'));

create table "bundle_keys" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "state" text not null check ("state" in ('next', 'active', 'retired')),
  "public_key" bytea not null,
  "fingerprint" text not null check ("fingerprint" <> ''),
  "sealed_key" bytea not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "bundle_keys_pkey" primary key ("id")
);
create unique index "bundle_keys_fingerprint_key" on "bundle_keys" ("fingerprint");
-- One signs.
create unique index "bundle_keys_active_key" on "bundle_keys" ("organization_id") where "state" = 'active';

create table "join_tokens" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "token_hash" bytea not null check (octet_length("token_hash") = 32),
  "names" text not null check ("names" <> ''),
  "labels" jsonb not null,
  "uses_left" integer not null check ("uses_left" >= 0),
  "created_by_id" uuid not null,
  "created_at" timestamptz(3) not null,
  "expires_at" timestamptz(3) not null,
  constraint "join_tokens_pkey" primary key ("id")
);
create unique index "join_tokens_token_hash_key" on "join_tokens" ("token_hash");
create index "join_tokens_organization_id_expires_at_idx" on "join_tokens" ("organization_id", "expires_at");

create table "hosts" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "name" text not null check ("name" <> ''),
  "labels" jsonb not null,
  "join_token_id" uuid not null,
  "joined_at" timestamptz(3) not null,
  "bundle_version" bigint not null default 0,
  "bundle_list" text not null default '',
  "bundle" text,
  "last_seen_at" timestamptz(3),
  "report" jsonb,
  constraint "hosts_pkey" primary key ("id")
);
create unique index "hosts_organization_id_name_key" on "hosts" ("organization_id", "name");

create table "host_keys" (
  "organization_id" uuid not null,
  "host_id" uuid not null,
  "position" integer not null check ("position" between 1 and 8),
  "fingerprint" text not null check ("fingerprint" <> ''),
  constraint "host_keys_pkey" primary key ("host_id", "position")
);
create unique index "host_keys_fingerprint_key" on "host_keys" ("fingerprint");

create table "host_challenges" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "text_hash" bytea not null check (octet_length("text_hash") = 32),
  "expires_at" timestamptz(3) not null,
  "used_at" timestamptz(3),
  constraint "host_challenges_pkey" primary key ("id")
);
create unique index "host_challenges_text_hash_key" on "host_challenges" ("text_hash");
create index "host_challenges_expires_at_idx" on "host_challenges" ("expires_at");

do $$
declare
  name text;
begin
  foreach name in array array['bundle_keys', 'join_tokens', 'hosts', 'host_keys', 'host_challenges'] loop
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
