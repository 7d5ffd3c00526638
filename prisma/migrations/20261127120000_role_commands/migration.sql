-- Who chose the command that those in a role have to run: they have a login lent to them, and count as in it. Null: none, or from before.
alter table "roles" add column "command_set_by" uuid;
