-- Somebody knows whose the account is that an invitation or reset has opened. Kept with that opening, so that a later one
-- starts anew. "confirmed_below_id": the only owner, if the account and whoever confirmed it have that one above them.
alter table "invitations"
  add column "confirmed_at" timestamptz(3),
  add column "confirmed_by_id" uuid,
  add column "confirmed_below_id" uuid,
  add constraint "invitations_confirmation_check" check (
    ("confirmed_at" is null) = ("confirmed_by_id" is null)
    and ("confirmed_at" is null or "used_at" is not null)
    and ("confirmed_below_id" is null or "confirmed_at" is not null)
  );
