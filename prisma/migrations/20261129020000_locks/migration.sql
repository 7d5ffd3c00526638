-- Which sessions are to be ended: what cut lists are made of. Nothing is needed of it after `keep_until`.
create table "cuts" (
  "id" uuid not null default gen_random_uuid(),
  "organization_id" uuid not null,
  -- 'certificate' (a range of serials of one authority) | 'key' | 'session' (of one host)
  "kind" text not null,
  "authority_id" uuid,
  "serial_from" bigint,
  "serial_to" bigint,
  "fingerprint" text,
  "host_id" uuid,
  "session" text,
  "act_id" uuid not null,
  "created_by_id" uuid,
  "created_at" timestamptz(3) not null default current_timestamp,
  "keep_until" timestamptz(3) not null,
  constraint "cuts_pkey" primary key ("id"),
  constraint "cuts_kind" check (case "kind"
    when 'certificate' then "authority_id" is not null and "serial_from" is not null and "serial_to" is not null
    when 'key' then "fingerprint" is not null
    else "kind" = 'session' and "host_id" is not null and "session" is not null end)
);
create index "cuts_organization_id_keep_until_idx" on "cuts" ("organization_id", "keep_until");
create index "cuts_act_id_idx" on "cuts" ("act_id");

-- Cut lists as they were made; the newest is the current one. Its number is that of the KRL that was made with it.
create table "cut_lists" (
  "organization_id" uuid not null,
  "number" bigint not null,
  "text" text not null,
  "created_at" timestamptz(3) not null default current_timestamp,
  constraint "cut_lists_pkey" primary key ("organization_id", "number")
);
-- In the transaction of its KRL: hosts hear of both at once.
create trigger "changes_told" after insert on "cut_lists" for each row execute function writ_krl_changed();

-- How many entries of the cut list are an act's.
alter table "revocation_acts" add column "cut" integer not null default 0;
create index "revocation_acts_organization_id_krl_version_idx" on "revocation_acts" ("organization_id", "krl_version");

-- The newest cut list that a host has worked off with that KRL, and how many sessions it ended with it.
alter table "host_statements" add column "cut_number" bigint;
alter table "host_statements" add column "sessions" integer not null default 0;
drop trigger "update_told" on "host_statements";
create trigger "update_told" after update on "host_statements"
  for each row when (old.doubted_at is distinct from new.doubted_at or old.cut_number is distinct from new.cut_number
    or old.sessions is distinct from new.sessions) execute function writ_statement_told();

do $$
declare
  name text;
begin
  foreach name in array array['cuts', 'cut_lists'] loop
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
