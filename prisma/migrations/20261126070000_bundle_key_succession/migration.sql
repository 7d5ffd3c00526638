-- The key that signs bundles is followed by one that it announced.

alter table "bundle_keys" add column "activated_at" timestamptz(3), add column "retired_at" timestamptz(3);

-- One is announced.
create unique index "bundle_keys_next_key" on "bundle_keys" ("organization_id") where "state" = 'next';
