/** What `--help` says of each command, with an example. Apart from the commands, so that it needs none of what they load. */
export const help = {
  init: `Usage: writ init --org NAME --names PATTERNS [options]

Makes an installation on this machine: database, key-encryption secret, the first organization with its user CA and host CA,
and its first owner. It can be done once.

  --org NAME            name of the organization (a-z 0-9 -)
  --names PATTERNS      host names that are the organization's: '*.acme.example,acme.example'
  --owner USER          name of the first owner (default: your login name, or the one behind sudo; for root: owner)
  --invite              print a one-time invitation instead of asking for the owner's password
  --ca-key KIND         ed25519, ecdsa-256, ecdsa-384, ecdsa-521, rsa-3072, rsa-4096 (default: ed25519)
  --session-life TIME   how long anybody stays signed in at most: 5m to 7d, such as 8h (default: 12h)
  --self-signed NAME    also make a TLS certificate for this name or address (repeat for several), and print what
                        clients pin
  --json                print the result as JSON

The owner's password comes from WRIT_OWNER_PASSWORD_FILE, WRIT_OWNER_PASSWORD or a prompt; where there is neither
terminal nor variable, an invitation is printed. The key-encryption secret is made in the state directory unless
WRIT_KEY_ENCRYPTION_SECRET_FILE or WRIT_KEY_ENCRYPTION_SECRET gives one: keep a copy of it elsewhere.

Example:
  writ init --org acme --names '*.acme.example'
`,
  server: `Usage: writ server

Starts the service: its database (the embedded PostgreSQL, unless WRIT_DATABASE_URL names yours) and the HTTP API.
Settings are environment variables; docs/configuration.md has them all. SIGTERM or Ctrl-C finishes what is being
worked on and stops.

Example:
  WRIT_LISTEN=127.0.0.1:7480 writ server
`,
  rewrap: `Usage: writ rewrap [--yes]

Seals every key anew under a new key-encryption secret. The service must be stopped, and so must every other one on the
same database. The present secret is found as the service finds it; the new one is read from
WRIT_NEW_KEY_ENCRYPTION_SECRET_FILE or WRIT_NEW_KEY_ENCRYPTION_SECRET, or, where neither is set, made and put in place of
the state directory's own, which is kept beside it as key-encryption-secret.<UTC date and time>. Backups made before open
with the old secret only: keep it as long as you keep them.

  --yes                 do not ask

Example:
  writ rewrap
`,
  'reset-owner': `Usage: writ reset-owner USER [--org NAME] [--anyway] [--yes] [--json]

For an owner who has lost password or second factor, or is locked, and whom no other owner can help. Forgets both, ends
the lock and the owner's sessions, and prints a one-time invitation, good for a day. Certificates that they have stay. The
service may run meanwhile. It stands in the organization's events.

  --org NAME            the owner's organization (default: the one that runs the service)
  --anyway              also where another owner could do it (writ user reset)
  --yes                 do not ask
  --json                print the result as JSON

Example:
  writ reset-owner ana
`,
  backup: `Usage: writ backup FILE [--json]

Writes everything in the database to FILE (readable by its owner only) and reads it back to check it. The service may
run meanwhile. Keys stay sealed: restoring takes the key-encryption secret, which is not in the file. Back up
high-water.json from the state directory too, so that a restore knows which serials were used.

Example:
  writ backup /var/backups/writ.backup
`,
  restore: `Usage: writ restore FILE [--replace] [--skip-unknown] [--accept-lost-revocations] [--secret-later] [--json]
       writ restore --in-place [--skip-unknown] [--accept-lost-revocations] [--json]

Puts a backup in place: all of it, or nothing. The service must be stopped, and so must every other one on the same
database. Sessions, unused invitations and join tokens of the backup are ended. Serials go on past every one that
high-water.json in the state directory knows of; where it is missing, or the database was lost and other state
directories may have used it (WRIT_DATABASE_URL), 2^32 of them are skipped, after asking. What the replaced database had
revoked or closed stays so, and certificates issued since the backup are revoked. Where revocations were published that
are known nowhere any more, it asks too. Roles, passwords and second factors are those of the backup. The key-encryption
secret that the backup was made under must be at hand, where the service looks for it; with another one, or none,
nothing is restored.

With --in-place the database that is there goes on in the same way: one that was put back by other means (a copy of its files, a
snapshot), or whose high-water.json is lost. The operators' page, "A database put back", says when.

  --in-place                  go on with the database that is there
  --replace                   replace what the database holds now
  --skip-unknown              skip the serials without asking
  --accept-lost-revocations   go on without those revocations
  --secret-later              restore although no secret at hand opens the backup

Example:
  writ restore /var/backups/writ.backup
`,
} as const;
