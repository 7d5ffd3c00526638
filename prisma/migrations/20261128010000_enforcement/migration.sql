-- What hosts have proved that they enforce: one statement for each host and KRL version, the first one since which nothing was
-- said against it.
create table "host_statements" (
  "organization_id" uuid not null,
  "host_id" uuid not null,
  "krl_version" bigint not null check ("krl_version" >= 0),
  "stated_at" timestamptz(3) not null,
  "confirmed_at" timestamptz(3) not null,
  -- Of the newest: a statement takes a later one.
  "nonce_at" timestamptz(3) not null,
  -- Since when something speaks against it; null: it stands.
  "doubted_at" timestamptz(3),
  "fingerprint" text not null,
  "statement" text not null,
  "signature" bytea not null,
  constraint "host_statements_pkey" primary key ("host_id", "krl_version")
);
create index "host_statements_host_id_nonce_at_idx" on "host_statements" ("host_id", "nonce_at");
create index "host_statements_organization_id_krl_version_idx" on "host_statements" ("organization_id", "krl_version");

-- When hosts were last heard of, whatever they asked. Beside `hosts`, whose rows are large: this is written all the time.
create table "host_presence" (
  "host_id" uuid not null,
  "organization_id" uuid not null,
  "seen_at" timestamptz(3) not null,
  constraint "host_presence_pkey" primary key ("host_id")
) with (fillfactor = 50);

-- Who follows the enforcement of a KRL hears of what changed: `statements <organization>`.
create function "writ_statement_told"() returns trigger language plpgsql as $$
begin
  perform pg_notify('writ_changes', 'statements ' || new.organization_id);
  return null;
end
$$;
create trigger "changes_told" after insert on "host_statements"
  for each row execute function writ_statement_told();
-- Not every confirmation.
create trigger "update_told" after update on "host_statements"
  for each row when (old.doubted_at is distinct from new.doubted_at) execute function writ_statement_told();

do $$
declare
  name text;
begin
  foreach name in array array['host_statements', 'host_presence'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy organization_scope on %I '
      'using (organization_id = any ((select string_to_array(nullif(current_setting(''writ.organizations'', true), ''''), '','')::uuid[])::uuid[]))',
      name
    );
  end loop;
end
$$;
