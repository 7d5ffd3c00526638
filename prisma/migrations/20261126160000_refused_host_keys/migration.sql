-- Changed host keys that somebody looked at and refused: whoever asks for them again is told so until they are forgotten.
alter table "host_key_requests" add column "refused_at" timestamptz(3);
