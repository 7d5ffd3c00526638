-- The roles that the account was in when it was reset: whoever holds the invitation has to be in them still when it is used.
alter table "invitations" add column "role_ids" uuid[];
