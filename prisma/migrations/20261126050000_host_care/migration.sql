-- Hosts that are looked after: where they are reached, hosts that were removed, and changed host keys that wait for approval.

alter table "hosts" add column "address" text check ("address" <> '');
alter table "hosts" add column "port" integer check ("port" between 1 and 65535);
alter table "hosts" add column "jump" text check ("jump" <> '');
alter table "hosts" add column "removed_at" timestamptz(3);

-- The name of a removed host is free again; its row stays, for certificates and events that name it.
drop index "hosts_organization_id_name_key";
create unique index "hosts_organization_id_name_key" on "hosts" ("organization_id", "name") where "removed_at" is null;

create table "host_key_requests" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "host_id" uuid not null,
  "source" text not null,
  "fingerprints" text[] check ("fingerprints" is not null and cardinality("fingerprints") between 1 and 8),
  "public_keys" text[] check ("public_keys" is not null and cardinality("public_keys") = cardinality("fingerprints")),
  "asked_at" timestamptz(3) not null,
  "expires_at" timestamptz(3) not null,
  constraint "host_key_requests_pkey" primary key ("id")
);
create unique index "host_key_requests_host_id_source_key" on "host_key_requests" ("host_id", "source");
create index "host_key_requests_expires_at_idx" on "host_key_requests" ("expires_at");

alter table "host_key_requests" enable row level security;
alter table "host_key_requests" force row level security;
create policy organization_scope on "host_key_requests"
  using (organization_id = any ((select string_to_array(nullif(current_setting('writ.organizations', true), ''), ',')::uuid[])::uuid[]));
