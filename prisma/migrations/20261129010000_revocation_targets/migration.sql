-- More that can be revoked: a key by its fingerprint alone, a group's certificates, an authority.

alter table "revocations" drop constraint "revocations_kind_check";
alter table "revocations" add constraint "revocations_kind_check" check (
  ("kind" = 'serial' and "authority_id" is not null and coalesce("serial_from" > 0 and "serial_to" >= "serial_from", false))
  or ("kind" = 'key' and "fingerprint" is not null)
);
alter table "revocations" drop constraint "revocations_cause_check";
alter table "revocations" add constraint "revocations_cause_check"
  check ("cause" in ('certificate', 'key', 'user', 'role', 'host', 'group', 'authority', 'lock'));

-- One whose key somebody else may have: it signs no more, and nothing that it has signed is believed.
alter table "authorities" drop constraint "authorities_state_check";
alter table "authorities" add constraint "authorities_state_check"
  check ("state" in ('next', 'active', 'retired', 'revoked'));
alter table "authorities" drop constraint "authorities_believed_until_check";
alter table "authorities" add constraint "authorities_believed_until_check"
  check (("state" in ('retired', 'revoked')) = ("believed_until" is not null));
