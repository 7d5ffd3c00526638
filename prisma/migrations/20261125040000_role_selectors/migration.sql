-- Which hosts a role is for; null exactly for roles whose certificates carry login names.
alter table "roles" add column "selector" jsonb;
alter table "roles" add constraint "roles_reach_check" check (
  ("principals" = 'logins') = ("selector" is null)
);
