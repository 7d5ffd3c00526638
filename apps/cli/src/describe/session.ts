import type { GroupDescription, LeafDescription, OptionDescription } from './command.js';

/** How a password gets in without being an argument. */
const passwordOptions = (prefix: '' | 'new-', what: string): readonly OptionDescription[] => [
  {
    flags: `--${prefix}password-file <file>`,
    summary: `read ${what} from the first line of a file; - is standard input`,
    completes: 'file',
  },
  { flags: `--${prefix}password-fd <number>`, summary: `read ${what} from an open file descriptor` },
];

/** How a second factor's code gets in without being an argument. */
const codeOptions: readonly OptionDescription[] = [
  {
    flags: '--code-file <file>',
    summary: "read the second factor's code from the first line of a file; - is standard input",
    completes: 'file',
  },
  { flags: '--code-fd <number>', summary: 'read the code from an open file descriptor' },
];

export const login: LeafDescription = {
  name: 'login',
  summary: 'sign in, and remember where',
  description:
    'Asks for what is not given and not remembered from the last time, so --user is how somebody else signs in. Passwords come ' +
    'from a question on the terminal, --password-file, --password-fd or WRIT_PASSWORD, never from an argument; the new one that ' +
    'an invitation takes also from WRIT_NEW_PASSWORD. An account with a second factor takes its code too, or a recovery code: ' +
    'asked for, --code-file, --code-fd or WRIT_CODE. A service account (`writ service-account`) signs in with --service-account and ' +
    '--key, for an hour, and again by itself as long as the key is there. With --user an invitation for somebody else is refused, and stays unused. The first time it asks whether plain ssh is ' +
    'to use certificates (one Include at the top of ~/.ssh/config); without a terminal it does so only with --ssh-config.',
  examples: [
    { command: 'writ login --url https://ca.acme.example --user ana', says: 'sign in with a password' },
    {
      command: 'writ login --url https://ca.acme.example --invitation',
      says: 'set a password with a one-time invitation, and sign in',
    },
    {
      command: 'writ login --url https://10.0.0.5:8443 --pin sha256:3f1c… --user ana',
      says: 'a server with a self-signed certificate: the fingerprint is printed by `writ init`',
    },
    {
      command: 'writ login --url https://ca.acme.example --service-account deploy --key ./deploy_key',
      says: 'a machine; nothing is asked',
    },
  ],
  options: [
    { flags: '--url <address>', summary: 'address of the service; plain http only on loopback' },
    { flags: '--org <name>', summary: 'name of the organization; without it the one that runs the service' },
    { flags: '--user <name>', summary: 'who signs in' },
    {
      flags: '--service-account <name>',
      summary:
        'sign in as a service account, with the registered key that --key names (a file, or its .pub for one in ssh-agent)',
    },
    {
      flags: '--ca-file <file>',
      summary: 'PEM file of the authorities that may vouch for the server',
      completes: 'file',
    },
    {
      flags: '--pin <fingerprint>',
      summary: "SHA-256 of the server's own certificate (sha256: and 64 hex digits), trusted instead",
    },
    ...passwordOptions('', 'the password'),
    ...codeOptions,
    { flags: '--invitation', summary: 'sign in with a one-time invitation (asked for, or WRIT_INVITATION)' },
    {
      flags: '--invitation-file <file>',
      summary: 'read the invitation from the first line of a file; - is standard input',
      completes: 'file',
    },
    { flags: '--ssh-config', summary: 'have plain ssh use certificates, without asking' },
    { flags: '--no-ssh-config', summary: 'leave ssh alone, without asking; remembered' },
    {
      flags: '--key <file>',
      summary:
        'the public key that ssh is to use; without it writ makes ~/.ssh/id_writ; remembered. Of a service account: what it signs in with',
      completes: 'file',
    },
    {
      flags: '--agent',
      summary:
        'have ssh-agent hold the last two certificates that were used, too, until they end; remembered',
    },
    { flags: '--no-agent', summary: 'no longer' },
  ],
  json: 'Whoami',
  load: () => import('../commands/login.js'),
};

export const logout: LeafDescription = {
  name: 'logout',
  summary: 'end the session, here and on the server',
  description:
    'Takes the certificates away, and what plain ssh was told of them; the next `writ login` sets it up again.',
  examples: [{ command: 'writ logout', says: 'end the session' }],
  json: '{ "signedOut": boolean }; false: nobody was signed in',
  load: () => import('../commands/logout.js'),
};

export const whoami: LeafDescription = {
  name: 'whoami',
  summary: 'who is signed in, where, and what they may do',
  examples: [
    { command: 'writ whoami', says: 'show the session' },
    { command: 'writ whoami --permissions | grep revoke', says: 'whether one may revoke' },
  ],
  options: [{ flags: '--permissions', summary: 'only what one may do at the service, one a line' }],
  json: 'Whoami',
  load: () => import('../commands/whoami.js'),
};

export const password: LeafDescription = {
  name: 'password',
  summary: 'change your own password; ends your other sessions',
  description:
    'The current password comes from a question, --password-file, --password-fd or WRIT_PASSWORD; the new one from a ' +
    'question, --new-password-file, --new-password-fd or WRIT_NEW_PASSWORD.',
  examples: [{ command: 'writ password', says: 'change it; both are asked for' }],
  options: [...passwordOptions('', 'the current password'), ...passwordOptions('new-', 'the new password')],
  json: '{ "changed": true }',
  load: () => import('../commands/password.js'),
};

export const secondFactor: GroupDescription = {
  name: 'second-factor',
  summary: 'your own second factor: add, show, remove, new recovery codes',
  commands: [
    {
      name: 'add',
      summary: 'set up an authenticator, whose codes signing in takes from then on',
      description:
        'Shows a QR code and the key for an authenticator (TOTP), and asks for a code of it. Then prints ten recovery codes, one ' +
        'a line, which are shown only now: each signs you in once without the authenticator. Asks for your password unless ' +
        'you signed in within ten minutes.',
      examples: [{ command: 'writ second-factor add', says: 'set one up' }],
      options: [...passwordOptions('', 'the password'), ...codeOptions],
      json: 'two documents, one a line: SecondFactorEnrolment, then { "recoveryCodes": string[] }',
      load: () => import('../commands/second-factor/add.js'),
    },
    {
      name: 'show',
      summary: 'whether you have one, and how many recovery codes are left',
      examples: [{ command: 'writ second-factor show', says: 'what there is' }],
      json: 'SecondFactor',
      load: () => import('../commands/second-factor/show.js'),
    },
    {
      name: 'codes',
      summary: 'make new recovery codes; the old ones are worth nothing any more',
      examples: [{ command: 'writ second-factor codes', says: 'ten new ones, one a line' }],
      options: codeOptions,
      json: '{ "recoveryCodes": string[] }',
      load: () => import('../commands/second-factor/codes.js'),
    },
    {
      name: 'remove',
      summary: 'remove it, by a code of it or a recovery code',
      description:
        'Without a code, because the authenticator and the recovery codes are lost, an administrator removes it: ' +
        '`writ user forget-second-factor`.',
      examples: [{ command: 'writ second-factor remove', says: 'before a new phone' }],
      options: codeOptions,
      json: '{ "removed": true }',
      load: () => import('../commands/second-factor/remove.js'),
    },
  ],
};
