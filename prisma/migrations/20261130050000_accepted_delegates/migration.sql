-- What is only offered gives nobody anything: not what holding a role gives in their own organization either.
alter table "delegates" add column "accepted" boolean not null default false;
-- The owner is under row-level security, too, until its own policies are made.
alter table "delegates" no force row level security;
alter table "delegations" no force row level security;
update "delegates" d set "accepted" = true from "delegations" g where g."id" = d."delegation_id" and g."state" = 'accepted';
alter table "delegations" force row level security;
alter table "delegates" force row level security;
