-- A lock is an act that ends: an account that nobody may act as, and entries of the KRL that go again with it.
alter table "users" drop constraint "users_state_check";
alter table "users" add constraint "users_state_check" check ("state" in ('invited', 'active', 'locked', 'disabled'));
alter table "revocations" drop constraint "revocations_cause_check";
alter table "revocations" add constraint "revocations_cause_check"
  check ("cause" in ('certificate', 'key', 'user', 'role', 'host', 'group', 'authority', 'lock'));

alter table "revocation_acts" add column "locked_until" timestamptz(3);
-- When it ended, by itself or because somebody ended it.
alter table "revocation_acts" add column "unlocked_at" timestamptz(3);
-- Of the act at home: the account, and the state that it goes back to.
alter table "revocation_acts" add column "locked_user_id" uuid;
alter table "revocation_acts" add column "locked_from" text;
create index "revocation_acts_locked_idx" on "revocation_acts" ("organization_id", "locked_until")
  where "locked_until" is not null and "unlocked_at" is null;
create index "revocation_acts_locked_user_id_idx" on "revocation_acts" ("locked_user_id") where "locked_user_id" is not null;
