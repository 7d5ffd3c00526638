-- Whatever changes what hosts must hold says so, when its transaction commits, to every process that listens
-- (`listen writ_changes`): `bundles <organization>`, `host <organization> <host>`, `krl <organization>`. In the database, so
-- that no statement can forget it.

create function "writ_bundles_changed"() returns trigger language plpgsql as $$
begin
  perform pg_notify('writ_changes', 'bundles ' || coalesce(new.organization_id, old.organization_id));
  return null;
end
$$;

create trigger "changes_told" after insert or delete on "roles"
  for each row execute function writ_bundles_changed();
create trigger "update_told" after update on "roles"
  for each row when (old.* is distinct from new.*) execute function writ_bundles_changed();
create trigger "changes_told" after insert or delete on "authorities"
  for each row execute function writ_bundles_changed();
-- Not every reservation of serials.
create trigger "update_told" after update on "authorities"
  for each row when (old.state is distinct from new.state) execute function writ_bundles_changed();
create trigger "changes_told" after insert or delete on "bundle_keys"
  for each row execute function writ_bundles_changed();
create trigger "update_told" after update on "bundle_keys"
  for each row when (old.state is distinct from new.state) execute function writ_bundles_changed();
create trigger "update_told" after update on "organization_profiles"
  for each row when (old.* is distinct from new.*) execute function writ_bundles_changed();

create function "writ_organization_told"() returns trigger language plpgsql as $$
begin
  perform pg_notify('writ_changes', 'bundles ' || new.id);
  return null;
end
$$;

create trigger "update_told" after update on "organizations"
  for each row when (old.state is distinct from new.state) execute function writ_organization_told();

-- A host whose certificate was revoked gets another one.
create function "writ_revocation_told"() returns trigger language plpgsql as $$
begin
  if exists (select from authorities where id = new.authority_id and kind = 'host') then
    perform pg_notify('writ_changes', 'bundles ' || new.organization_id);
  end if;
  return null;
end
$$;

create trigger "changes_told" after insert on "revocations"
  for each row when (new.authority_id is not null) execute function writ_revocation_told();

create function "writ_host_changed"() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    -- What was made for it and what it says of itself change nothing of what it must hold.
    new.bundle_version := old.bundle_version;
    new.bundle_list := old.bundle_list;
    new.bundle := old.bundle;
    new.last_seen_at := old.last_seen_at;
    new.report := old.report;
    if new is not distinct from old then
      return null;
    end if;
  end if;
  perform pg_notify('writ_changes', format('host %s %s', old.organization_id, old.id));
  return null;
end
$$;

create trigger "changes_told" after update or delete on "hosts"
  for each row execute function writ_host_changed();

create function "writ_host_key_changed"() returns trigger language plpgsql as $$
begin
  perform pg_notify('writ_changes', format('host %s %s',
    coalesce(new.organization_id, old.organization_id), coalesce(new.host_id, old.host_id)));
  return null;
end
$$;

create trigger "changes_told" after insert or update or delete on "host_keys"
  for each row execute function writ_host_key_changed();

create function "writ_key_claim_changed"() returns trigger language plpgsql as $$
declare
  host uuid;
begin
  select host_id into host from host_keys where fingerprint = new.fingerprint;
  if host is not null then
    perform pg_notify('writ_changes', format('host %s %s', new.organization_id, host));
  end if;
  return null;
end
$$;

create trigger "changes_told" after update on "key_claims"
  for each row when (old.revoked_at is distinct from new.revoked_at) execute function writ_key_claim_changed();

create function "writ_krl_changed"() returns trigger language plpgsql as $$
begin
  perform pg_notify('writ_changes', 'krl ' || new.organization_id);
  return null;
end
$$;

create trigger "changes_told" after insert on "krls" for each row execute function writ_krl_changed();
