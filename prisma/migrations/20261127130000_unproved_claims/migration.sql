-- A claim without a proof binds within its organization; a proved one everywhere. Nobody proves a host's key by having it signed.

alter table "key_claims" add column "proved" boolean not null default true;
-- The owner is under row-level security, too, until its own policies are made. Of hosts' keys, those that joined are proved;
-- which others were is not known any more.
alter table "key_claims" no force row level security;
alter table "host_keys" no force row level security;
update "key_claims" set "proved" = false where "kind" = 'host' and not exists (
  select from "host_keys" h
  where h."fingerprint" = "key_claims"."fingerprint" and h."organization_id" = "key_claims"."organization_id");
alter table "host_keys" force row level security;
alter table "key_claims" force row level security;
alter table "key_claims" add constraint "key_claims_proved_check" check ("proved" or "kind" = 'host');
alter table "key_claims" drop constraint "key_claims_pkey";
alter table "key_claims" add constraint "key_claims_pkey" primary key ("fingerprint", "organization_id");
create unique index "key_claims_proved_key" on "key_claims" ("fingerprint") where "proved";

-- Somebody else's claim on the same key says nothing of a host's.
create or replace function writ_key_claim_changed() returns trigger language plpgsql as $$
declare
  host uuid;
begin
  select host_id into host from host_keys
  where fingerprint = new.fingerprint and organization_id = new.organization_id;
  if host is not null then
    perform pg_notify('writ_changes', format('host %s %s', new.organization_id, host));
  end if;
  return null;
end
$$;

-- Makes an organization's own claim on a host's key one that binds everywhere; false where another organization has proved it.
-- A function, as a violated index ends the transaction of who meets it elsewhere. With the rights of who asks.
create function "writ_prove_host_key"("wanted" text, "mine" uuid) returns boolean
  language plpgsql volatile
as $$
begin
  update key_claims set proved = true
  where fingerprint = wanted and organization_id = mine and kind = 'host' and not proved;
  return true;
exception when unique_violation then
  return false;
end
$$;
revoke all on function "writ_prove_host_key"(text, uuid) from public;

-- Whether a key is some organization's authority's. Their public keys are public: nobody learns of another organization by it.
create function "writ_authority_key"("wanted" text) returns boolean
  language sql stable security definer
  set search_path = pg_catalog, pg_temp
as $$
  select exists (select from public.key_claims where fingerprint = wanted and kind = 'authority')
$$;
revoke all on function "writ_authority_key"(text) from public;
