-- How long a session may last that was opened with a certificate of the role, on joined hosts. Null: as long as it likes.
alter table "roles" add column "max_session_seconds" integer check ("max_session_seconds" between 60 and 604800);
