-- Serials that no KRL has to name, as the key that they certify is revoked for good.
alter table "revocations" add column "by_key" boolean not null default false;
