-- A second factor (TOTP) with recovery codes, and organizations that require one.

alter table "organization_profiles" add column "second_factor_required" boolean not null default false;

-- Which of an account's device tokens still count: those of the present generation.
alter table "users" add column "device_generation" integer not null default 0;

create table "second_factors" (
  "user_id" uuid not null,
  "organization_id" uuid not null,
  "sealed_secret" bytea not null,
  "started_at" timestamptz(3) not null,
  "confirmed_at" timestamptz(3),
  "last_step" bigint not null default 0,
  constraint "second_factors_pkey" primary key ("user_id")
);

create table "recovery_codes" (
  "organization_id" uuid not null,
  "user_id" uuid not null,
  "code_hash" bytea not null check (octet_length("code_hash") = 32),
  "used_at" timestamptz(3),
  constraint "recovery_codes_pkey" primary key ("user_id", "code_hash")
);

do $$
declare
  name text;
begin
  foreach name in array array['second_factors', 'recovery_codes'] loop
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
