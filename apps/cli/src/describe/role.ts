import type { ArgumentDescription, GroupDescription, OptionDescription } from './command.js';

const roleName: ArgumentDescription = { name: 'role', summary: 'name of the role' };
const userName: ArgumentDescription = { name: 'user', summary: 'name of the user', optional: true };
const extension: OptionDescription = {
  flags: '--extension <name>',
  summary: 'something members may do (default: permit-pty)',
  repeat: true,
  choices: [
    'permit-pty',
    'permit-port-forwarding',
    'permit-agent-forwarding',
    'permit-X11-forwarding',
    'permit-user-rc',
    'no-touch-required',
  ],
};
const forceCommand: OptionDescription = {
  flags: '--force-command <command>',
  summary: 'the only command that may be run',
};
const sourceAddress: OptionDescription = {
  flags: '--source-address <cidr>',
  summary: 'a network that logins may come from',
  repeat: true,
};
const verifyRequired: OptionDescription = {
  flags: '--verify-required',
  summary: 'a security key must have checked its user (OpenSSH 8.4)',
};
const maxSession: OptionDescription = {
  flags: '--max-session <duration>',
  summary: 'how long a session may last, such as 30m, 8h, 7d; joined hosts then end it',
};
const toGroup: OptionDescription = { flags: '--group <group>', summary: 'a group, in place of a user' };

export const role: GroupDescription = {
  name: 'role',
  summary: 'roles: who may be which logins, within which limits',
  commands: [
    {
      name: 'create',
      summary: 'create a role, without members or for groups',
      description:
        'With `--hosts`, the role is good on the joined hosts that carry all of these labels. Certificates of a role with ' +
        '`--principals logins` carry the login names themselves and are good on every host that trusts the user CA. That has ' +
        'to be said: by the option, or by answering the question on a terminal. Whoever chooses `--force-command` has the members run ' +
        'it, and counts as in the role: somebody else has to grant it, unless they are in it or the only owner.',
      examples: [
        {
          command: 'writ role create web --logins deploy,www --hosts env=prod,tier=web --max-ttl 8h',
          says: 'members may be deploy or www, for a working day, on the production web servers',
        },
        {
          command: 'writ role create web --logins deploy --hosts env=prod --group oncall --max-ttl 8h',
          says: 'and everybody in oncall is a member',
        },
        {
          command: 'writ role create web --principals logins --logins deploy,www --max-ttl 8h',
          says: 'members may be deploy or www for a working day',
        },
        {
          command:
            "writ role create backup --principals logins --logins backup --max-ttl 1h --force-command 'rrsync -ro /srv' --source-address 10.0.0.0/8",
          says: 'one command, from one network',
        },
      ],
      arguments: [roleName],
      options: [
        {
          flags: '--hosts <labels>',
          summary: 'the joined hosts it is for: labels that they carry, with commas between',
          repeat: true,
        },
        {
          flags: '--principals <kind>',
          summary: 'logins: good on every host that trusts the user CA',
          choices: ['logins'],
        },
        {
          flags: '--logins <logins>',
          summary: 'the logins that members may be, with commas between',
          repeat: true,
        },
        { flags: '--group <group>', summary: 'a group that it is granted to', repeat: true },
        { flags: '--max-ttl <duration>', summary: 'longest validity of a certificate, such as 30m, 8h, 7d' },
        maxSession,
        extension,
        { flags: '--no-extensions', summary: 'members may do nothing but run commands' },
        forceCommand,
        sourceAddress,
        verifyRequired,
        {
          flags: '--key-type <type>',
          summary: 'a key type that members may use (default: all)',
          repeat: true,
        },
        {
          flags: '--key-id <template>',
          summary: 'text for logs, beginning with {user} (default: {user}@{organization}/{role})',
        },
      ],
      json: 'Role',
      inOrganization: true,
      load: () => import('../commands/role/create.js'),
    },
    {
      name: 'set',
      summary: 'change what a role gives those who are in it',
      description:
        'What is not named stays; a list that is named takes the place of the one before. Hosts are told at once. Certificates ' +
        'that say what the role gives no more are revoked, and their holders get others when they ask. Whatever gives somebody ' +
        'more takes what granting the role to them takes and, where the role is delegated, what accepting that took. An ' +
        'offer of the role that was not accepted yet has to be made again. While anybody is in the role, `--force-command` is chosen by ' +
        'somebody who is in it themselves, and changed by the only owner alone.',
      examples: [
        { command: 'writ role set web --logins deploy,www,root', says: 'its members may be root, too' },
        {
          command: 'writ role set web --hosts env=prod --max-ttl 4h',
          says: 'on other hosts, for a shorter time',
        },
        { command: 'writ role set web --max-session 8h', says: 'sessions end after a working day' },
        { command: 'writ role set backup --no-source-address', says: 'from every network' },
      ],
      arguments: [roleName],
      options: [
        {
          flags: '--hosts <labels>',
          summary: 'the joined hosts it is for: labels that they carry, with commas between',
          repeat: true,
        },
        {
          flags: '--principals <kind>',
          summary: 'logins: good on every host that trusts the user CA, and on no joined host',
          choices: ['logins'],
        },
        {
          flags: '--logins <logins>',
          summary: 'the logins that members may be, with commas between',
          repeat: true,
        },
        { flags: '--max-ttl <duration>', summary: 'longest validity of a certificate, such as 30m, 8h, 7d' },
        { ...maxSession, summary: `${maxSession.summary}, also those that are open` },
        { flags: '--no-max-session', summary: 'sessions may last as long as they like' },
        { ...extension, summary: 'something members may do' },
        { flags: '--no-extensions', summary: 'members may do nothing but run commands' },
        forceCommand,
        { flags: '--no-force-command', summary: 'every command' },
        sourceAddress,
        { flags: '--no-source-address', summary: 'from every network' },
        verifyRequired,
        { flags: '--no-verify-required', summary: 'no security key need have checked its user' },
        { flags: '--key-type <type>', summary: 'a key type that members may use', repeat: true },
        { flags: '--key-id <template>', summary: 'text for logs, beginning with {user}' },
      ],
      json: 'Role',
      inOrganization: true,
      load: () => import('../commands/role/set.js'),
    },
    {
      name: 'delete',
      summary: 'delete a role that nobody holds or is offered',
      description:
        'Refused while it is granted to somebody or delegated; the answer says to whom. Its name is never used again.',
      examples: [{ command: 'writ role delete web', says: 'it is gone, for good' }],
      arguments: [roleName],
      options: [{ flags: '--yes', summary: 'do not ask' }],
      json: 'Role',
      inOrganization: true,
      load: () => import('../commands/role/delete.js'),
    },
    {
      name: 'list',
      summary: 'every role',
      examples: [{ command: 'writ role list', says: 'every role' }],
      json: 'Role[]',
      inOrganization: true,
      load: () => import('../commands/role/list.js'),
    },
    {
      name: 'show',
      summary: 'one role: its logins, its limits, who is in it and why',
      examples: [{ command: 'writ role show web', says: 'one role' }],
      arguments: [roleName],
      json: 'Role',
      inOrganization: true,
      load: () => import('../commands/role/show.js'),
    },
    {
      name: 'grant',
      summary: 'grant a role to a user or to a group',
      examples: [
        { command: 'writ role grant web bea', says: 'bea may now have certificates of the role web' },
        { command: 'writ role grant web --group oncall', says: 'so may everybody in oncall, now and later' },
      ],
      arguments: [roleName, userName],
      options: [toGroup],
      json: 'Role',
      inOrganization: true,
      load: () => import('../commands/role/grant.js'),
    },
    {
      name: 'revoke',
      summary: 'take a role from a user or a group, and revoke the certificates that rested on it',
      examples: [
        { command: 'writ role revoke web bea', says: 'bea may no longer' },
        { command: 'writ role revoke web --group oncall', says: 'nor may those in oncall' },
      ],
      arguments: [roleName, userName],
      options: [toGroup],
      json: 'Role',
      inOrganization: true,
      load: () => import('../commands/role/revoke.js'),
    },
  ],
};
