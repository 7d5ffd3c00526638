-- The newest KRL when something was revoked: the next one and all after it say it, so that a KRL is made from the one before
-- it and what came since. The default is for what was written otherwise: every KRL asks for it anew.
alter table "revocations" add column "krl_after" bigint not null default 0;
alter table "revocations" alter column "krl_after" set default 9223372036854775807;

create index "revocations_organization_id_krl_after_idx" on "revocations" ("organization_id", "krl_after");
-- What a KRL may forget.
create index "revocations_keep_until_idx" on "revocations" ("organization_id", "keep_until") where "keep_until" is not null;
-- Ranges, which are few among very many single serials.
create index "revocations_ranges_idx" on "revocations" ("organization_id") where "serial_to" > "serial_from";

-- The same time, in the words that the schema has for it.
alter table "revocation_acts" alter column "created_at" set default current_timestamp;

-- A KRL of a million serials takes PostgreSQL ten times as long to write where it compresses it, to two thirds.
alter table "krls" alter column "bytes" set storage external;
