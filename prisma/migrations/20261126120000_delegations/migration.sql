-- Roles of a customer that are delegated to people or groups of the provider.

create table "delegations" (
  "id" uuid not null,
  -- The customer, whose role it is.
  "organization_id" uuid not null,
  "role_id" uuid not null,
  -- The organization of those who are to hold it.
  "home_id" uuid not null,
  "delegate_kind" text not null check ("delegate_kind" in ('user', 'group')),
  "delegate_id" uuid not null,
  -- 'msp/oncall'
  "delegate_name" text not null check ("delegate_name" like '_%/_%'),
  "state" text not null check ("state" in ('offered', 'accepted', 'ended')),
  -- SHA-256 of the role's definition when it was offered: another one is not what was agreed on.
  "role_digest" bytea not null check (octet_length("role_digest") = 32),
  "offered_by" text not null,
  "offered_at" timestamptz(3) not null,
  "accepted_by" text,
  "accepted_at" timestamptz(3) check (("accepted_by" is null) = ("accepted_at" is null)),
  "ended_by" text,
  "ended_at" timestamptz(3) check (("ended_by" is null) = ("ended_at" is null)),
  constraint "delegations_pkey" primary key ("id"),
  check ("state" <> 'accepted' or "accepted_at" is not null),
  check (("state" = 'ended') = ("ended_at" is not null))
);
create index "delegations_organization_id_role_id_idx" on "delegations" ("organization_id", "role_id");
create unique index "delegations_open_key" on "delegations" ("role_id", "delegate_id") where "state" <> 'ended';

-- What the home of the delegates knows of it: its own rows, so that it finds the customers that a change concerns.
create table "delegates" (
  "delegation_id" uuid not null,
  "organization_id" uuid not null,
  "customer_id" uuid not null,
  "role_id" uuid not null,
  -- 'globex/web-admin'
  "role_name" text not null check ("role_name" like '_%/_%'),
  "delegate_kind" text not null check ("delegate_kind" in ('user', 'group')),
  "delegate_id" uuid not null,
  constraint "delegates_pkey" primary key ("delegation_id")
);
create index "delegates_organization_id_delegate_id_idx" on "delegates" ("organization_id", "delegate_id");

-- Somebody from outside, who is in the role by a delegation alone.
alter table "role_holders" add column "delegated" boolean not null default false;

do $$
declare
  name text;
begin
  foreach name in array array['delegations', 'delegates'] loop
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
