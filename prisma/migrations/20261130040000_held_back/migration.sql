-- Set when KRLs were published that this database does not know, since an older one was put in its place: every process on it
-- holds back until somebody has said how it goes on (`writ restore --in-place`).
alter table "installation" add column "held_back_at" timestamptz(3);
