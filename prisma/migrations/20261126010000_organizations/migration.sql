-- The host names that each organization owns, the provider's customers, and who has acted in an organization from outside.

create table "organization_names" (
  "pattern" text not null check ("pattern" <> ''),
  "organization_id" uuid not null,
  -- The pattern from its end, so that everything below a suffix is one range of the index.
  "reversed" text collate "C" not null check ("reversed" = reverse("pattern")),
  constraint "organization_names_pkey" primary key ("pattern")
);
create unique index "organization_names_reversed_key" on "organization_names" ("reversed");
create index "organization_names_organization_id_idx" on "organization_names" ("organization_id");

-- The owner is under row-level security, too, until its own policies are made: it carries everything over.
alter table "organization_profiles" no force row level security;
insert into "organization_names" ("pattern", "organization_id", "reversed")
  select distinct on ("pattern") "pattern", "organization_id", reverse("pattern")
  from "organization_profiles", unnest("name_patterns") as "pattern" order by "pattern", "created_at";
alter table "organization_profiles" force row level security;
alter table "organization_profiles" drop column "name_patterns";

create table "customers" (
  "customer_id" uuid not null,
  -- The provider.
  "organization_id" uuid not null,
  "name" text not null check ("name" <> ''),
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "customers_pkey" primary key ("customer_id")
);
create unique index "customers_organization_id_name_key" on "customers" ("organization_id", "name");

create table "outsiders" (
  "organization_id" uuid not null,
  "user_id" uuid not null,
  "home_id" uuid not null,
  -- 'msp/ana'
  "name" text not null check ("name" like '_%/_%'),
  constraint "outsiders_pkey" primary key ("organization_id", "user_id")
);

do $$
declare
  name text;
begin
  foreach name in array array['organization_names', 'customers', 'outsiders'] loop
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

-- Whether names are free is all that one organization may learn of another's. Those of the wanted patterns that some host
-- name fits which another organization's pattern fits, too. Who asks waits for whoever has asked before to be done, so that
-- of two who want names that overlap the second sees the first's.
create function "writ_names_taken"("wanted" text[], "mine" uuid) returns setof text
  language plpgsql volatile security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('writ names of organizations', 0));
  return query
    select w.pattern from unnest(wanted) as w (pattern)
    where exists (
      select from public.organization_names n
      where n.organization_id <> mine and n.pattern = any (
        array(select '*' || substr(w.pattern, p) from generate_series(1, length(w.pattern)) p where substr(w.pattern, p, 1) = '.')
        || w.pattern)
    ) or (w.pattern like '*.%' and exists (
      select from public.organization_names n
      where n.organization_id <> mine
        -- What ends in '.acme.example' begins, from its end, with 'elpmaxe.emca.'; '/' comes after '.'.
        and n.reversed collate "C" >= reverse(substr(w.pattern, 2)) collate "C"
        and n.reversed collate "C" < (reverse(substr(w.pattern, 3)) || '/') collate "C"
    ));
end
$$;
revoke all on function "writ_names_taken"(text[], uuid) from public;
