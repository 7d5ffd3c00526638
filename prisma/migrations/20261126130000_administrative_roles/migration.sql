-- Administrative roles that an organization makes for itself.

create table "administrative_roles" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "name" text not null check ("name" <> ''),
  "permissions" text[] check (coalesce(array_length("permissions", 1), 0) > 0),
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "administrative_roles_pkey" primary key ("id")
);
create unique index "administrative_roles_organization_id_name_key" on "administrative_roles" ("organization_id", "name");

alter table "users" drop constraint "users_administrative_role_check";
alter table "users" add constraint "users_administrative_role_check" check ("administrative_role" <> '');
-- Whether it has ever been an owner's: who was counts in what rests on there being one owner.
alter table "users" add column "was_owner" boolean not null default false;

alter table "administrative_roles" enable row level security;
alter table "administrative_roles" force row level security;
create policy organization_scope on "administrative_roles"
  using (organization_id = any ((select string_to_array(nullif(current_setting('writ.organizations', true), ''), ',')::uuid[])::uuid[]));
