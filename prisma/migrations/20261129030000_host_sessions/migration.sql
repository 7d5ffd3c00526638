-- When a host said last which sessions are open on it, and how many more there are than it named.
create table "host_session_reports" (
  "host_id" uuid not null,
  "organization_id" uuid not null,
  "reported_at" timestamptz(3) not null,
  "more" integer not null,
  constraint "host_session_reports_pkey" primary key ("host_id")
);
create index "host_session_reports_organization_id_idx" on "host_session_reports" ("organization_id");

-- The sessions of each host's last report.
create table "host_sessions" (
  "host_id" uuid not null,
  -- As the host calls it.
  "session" text not null,
  "organization_id" uuid not null,
  "login" text,
  -- What it was opened with: a certificate (fingerprint of its authority's key, and its serial, decimal, a uint64), or a key by itself.
  "authority" text,
  "serial" text,
  "key" text,
  "from_address" text not null,
  "began_at" timestamptz(3) not null,
  -- 'pam' | 'log' | 'unknown': who told the host what it was opened with.
  "how" text not null,
  constraint "host_sessions_pkey" primary key ("host_id", "session")
);
create index "host_sessions_organization_id_idx" on "host_sessions" ("organization_id");

do $$
declare
  name text;
begin
  foreach name in array array['host_session_reports', 'host_sessions'] loop
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
