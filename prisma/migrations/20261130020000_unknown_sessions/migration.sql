-- How many sessions were open on the host, when it stated that, of which it did not know everything that they were opened with. Null: it did not say.
alter table "host_statements" add column "unknown_sessions" integer check ("unknown_sessions" >= 0);
drop trigger "update_told" on "host_statements";
create trigger "update_told" after update on "host_statements"
  for each row when (old.doubted_at is distinct from new.doubted_at or old.cut_number is distinct from new.cut_number
    or old.sessions is distinct from new.sessions or old.unknown_sessions is distinct from new.unknown_sessions)
  execute function writ_statement_told();
