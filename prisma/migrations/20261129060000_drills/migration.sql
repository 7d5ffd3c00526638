-- A drill: a role that only its canary is in. While it goes on the role stands; it ends by itself at `canary_until`.
alter table "roles" add column "canary_id" uuid;
alter table "roles" add column "canary_until" timestamptz(3);
alter table "roles" add constraint "roles_canary_check" check (("canary_id" is null) = ("canary_until" is null));
create index "roles_canary_until_idx" on "roles" ("canary_until") where "canary_until" is not null and "deleted_at" is null;
create index "roles_canary_id_idx" on "roles" ("canary_id") where "canary_id" is not null;
