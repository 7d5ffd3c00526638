-- What somebody did by which something is no longer trusted: the entries of the KRL that it made name it.
create table "revocation_acts" (
  "id" uuid not null,
  "organization_id" uuid not null,
  "cause" text not null,
  "subject" text not null,
  "reason" text not null,
  "created_by_id" uuid,
  "created_at" timestamptz(3) not null default current_timestamp,
  "certificates" integer not null,
  "keys" integer not null,
  "krl_version" bigint not null,
  "origin_id" uuid,
  constraint "revocation_acts_pkey" primary key ("id")
);
create index "revocation_acts_organization_id_created_at_id_idx" on "revocation_acts" ("organization_id", "created_at", "id");
create index "revocation_acts_origin_id_idx" on "revocation_acts" ("origin_id");

alter table "revocations" add column "act_id" uuid;
create index "revocations_act_id_idx" on "revocations" ("act_id");

-- What was revoked before: one act for what one transaction wrote for one reason. The owner is under row-level security, too.
alter table "revocations" no force row level security;
alter table "krls" no force row level security;
update "revocations" r set "act_id" = act.id from (
  select gen_random_uuid() as id, "organization_id", "cause", "reason", "created_by_id", "created_at" from "revocations"
  group by "organization_id", "cause", "reason", "created_by_id", "created_at") act
where r."organization_id" = act."organization_id" and r."cause" = act."cause" and r."reason" = act."reason"
  and r."created_by_id" is not distinct from act."created_by_id" and r."created_at" = act."created_at";
insert into "revocation_acts"
select "act_id", "organization_id", "cause", '', "reason", "created_by_id", "created_at",
  count(*) filter (where "kind" = 'serial'),
  count(*) filter (where "kind" = 'key'),
  coalesce((select min(k."version") from "krls" k where k."organization_id" = r."organization_id" and k."created_at" >= r."created_at"), 0),
  null
from "revocations" r group by "act_id", "organization_id", "cause", "reason", "created_by_id", "created_at";
alter table "krls" force row level security;
alter table "revocations" force row level security;

alter table "revocation_acts" enable row level security;
alter table "revocation_acts" force row level security;
create policy organization_scope on "revocation_acts"
  using (organization_id = any ((select string_to_array(nullif(current_setting('writ.organizations', true), ''), ',')::uuid[])::uuid[]));
