-- When a role got another definition last: what was judged by the one before is judged anew.
alter table "roles" add column "changed_at" timestamptz(3);
