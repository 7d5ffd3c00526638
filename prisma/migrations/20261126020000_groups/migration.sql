-- Groups of users and of groups, the roles that are granted to them, and who holds each role by whichever path.

create table "groups" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "name" text not null check ("name" <> ''),
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "groups_pkey" primary key ("id")
);
create unique index "groups_organization_id_name_key" on "groups" ("organization_id", "name");

create table "group_users" (
  "organization_id" uuid not null,
  "group_id" uuid not null,
  "user_id" uuid not null,
  "added_by_id" uuid,
  "added_at" timestamptz(3) not null default current_timestamp,
  constraint "group_users_pkey" primary key ("group_id", "user_id")
);
create index "group_users_organization_id_user_id_idx" on "group_users" ("organization_id", "user_id");

create table "group_groups" (
  "organization_id" uuid not null,
  "group_id" uuid not null,
  "member_id" uuid not null check ("member_id" <> "group_id"),
  "added_by_id" uuid,
  "added_at" timestamptz(3) not null default current_timestamp,
  constraint "group_groups_pkey" primary key ("group_id", "member_id")
);
create index "group_groups_organization_id_member_id_idx" on "group_groups" ("organization_id", "member_id");

create table "role_groups" (
  "organization_id" uuid not null,
  "role_id" uuid not null,
  "group_id" uuid not null,
  "granted_by_id" uuid,
  "granted_at" timestamptz(3) not null default current_timestamp,
  constraint "role_groups_pkey" primary key ("role_id", "group_id")
);
create index "role_groups_organization_id_group_id_idx" on "role_groups" ("organization_id", "group_id");

create table "role_holders" (
  "organization_id" uuid not null,
  "role_id" uuid not null,
  "user_id" uuid not null,
  constraint "role_holders_pkey" primary key ("role_id", "user_id")
);
create index "role_holders_user_id_organization_id_idx" on "role_holders" ("user_id", "organization_id");

-- The owner is under row-level security, too, until its own policies are made: it carries everything over.
alter table "role_members" no force row level security;
insert into "role_holders" ("organization_id", "role_id", "user_id")
  select "organization_id", "role_id", "user_id" from "role_members";
alter table "role_members" force row level security;

do $$
declare
  name text;
begin
  foreach name in array array['groups', 'group_users', 'group_groups', 'role_groups', 'role_holders'] loop
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
