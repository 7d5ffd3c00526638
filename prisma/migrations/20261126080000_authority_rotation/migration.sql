-- An authority that signs no more is believed until its last certificate has ended; and the trust bundle for clients elsewhere.

-- Seconds since 1970; null unless retired. 0: nothing of it was left to believe.
alter table "authorities" add column "believed_until" bigint;
update "authorities" set "believed_until" = 0 where "state" = 'retired';
alter table "authorities" add constraint "authorities_believed_until_check"
  check (("state" = 'retired') = ("believed_until" is not null));
-- One signs, and one at most is waiting to.
create unique index "authorities_active_key" on "authorities" ("organization_id", "kind") where "state" = 'active';
create unique index "authorities_next_key" on "authorities" ("organization_id", "kind") where "state" = 'next';

create table "trust_bundles" (
  "organization_id" uuid not null,
  "version" bigint not null check ("version" > 0),
  "contents" text not null,
  "bundle" text not null,
  constraint "trust_bundles_pkey" primary key ("organization_id")
);

alter table "trust_bundles" enable row level security;
alter table "trust_bundles" force row level security;
create policy organization_scope on "trust_bundles"
  using (organization_id = any ((select string_to_array(nullif(current_setting('writ.organizations', true), ''), ',')::uuid[])::uuid[]));
