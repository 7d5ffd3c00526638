import type { ArgumentDescription, GroupDescription } from './command.js';

const name: ArgumentDescription = { name: 'user', summary: 'name of the user' };

export const user: GroupDescription = {
  name: 'user',
  summary: 'people: invite, confirm, list, disable, reset',
  commands: [
    {
      name: 'invite',
      summary: 'invite a person; prints a one-time invitation',
      description:
        'The invitation is shown once. Hand it to the person, who sets a password with `writ login --invitation`; ' +
        "nobody ever learns another's password.",
      examples: [
        { command: 'writ user invite bea', says: 'a person who gets certificates' },
        {
          command: 'writ user invite carl --as operator',
          says: 'and who may also sign hosts and revoke',
        },
        {
          command: 'writ user invite bo@globex.example --org globex --as owner',
          says: 'the first owner of a customer',
        },
      ],
      arguments: [name],
      options: [
        {
          flags: '--as <role>',
          summary:
            "what they may do beside using their own certificates (default: member): owner, administrator, operator, auditor, or one of the organization's own",
        },
      ],
      json: 'Invitation',
      inOrganization: true,
      load: () => import('../commands/user/invite.js'),
    },
    {
      name: 'list',
      summary: 'everybody in the organization',
      examples: [{ command: 'writ user list --state disabled', says: 'only closed accounts' }],
      options: [
        {
          flags: '--state <state>',
          summary: 'only these',
          choices: ['invited', 'active', 'locked', 'disabled'],
        },
      ],
      json: 'User[]',
      inOrganization: true,
      load: () => import('../commands/user/list.js'),
    },
    {
      name: 'show',
      summary: 'one person',
      examples: [{ command: 'writ user show bea', says: 'one person' }],
      arguments: [name],
      json: 'User',
      inOrganization: true,
      load: () => import('../commands/user/show.js'),
    },
    {
      name: 'disable',
      summary: 'close an account: ends its sessions, revokes its certificates and keys',
      description:
        'Asks first on a terminal. Certificates and keys are revoked for good: `writ user enable` reopens the account for new ' +
        'certificates of a new key only. Join tokens and open invitations that it made end, too, and the keys that it registered ' +
        'for service accounts.',
      examples: [{ command: 'writ user disable bea --yes', says: 'close the account without being asked' }],
      arguments: [name],
      options: [{ flags: '--yes', summary: 'do not ask' }],
      json: 'User',
      inOrganization: true,
      load: () => import('../commands/user/disable.js'),
    },
    {
      name: 'enable',
      summary: 'reopen an account; what was revoked stays revoked',
      examples: [{ command: 'writ user enable bea', says: 'reopen the account' }],
      arguments: [name],
      json: 'User',
      inOrganization: true,
      load: () => import('../commands/user/enable.js'),
    },
    {
      name: 'reset',
      summary: "end a person's sessions and password; prints a one-time invitation",
      examples: [{ command: 'writ user reset bea', says: 'they forgot their password' }],
      arguments: [name],
      json: 'Invitation',
      inOrganization: true,
      load: () => import('../commands/user/reset.js'),
    },
    {
      name: 'set',
      summary: 'give a person another administrative role',
      description:
        'Counts from their next request on. You have to hold everything that they may do before and after. Somebody who becomes an ' +
        'owner has to be confirmed anew.',
      examples: [{ command: 'writ user set bo --as operator', says: 'bo may sign hosts and revoke' }],
      arguments: [name],
      options: [
        { flags: '--as <role>', summary: 'the administrative role; `writ admin-role list` has them' },
      ],
      json: 'User',
      inOrganization: true,
      load: () => import('../commands/user/set.js'),
    },
    {
      name: 'forget-second-factor',
      summary: "remove a person's second factor, which they have lost; ends their sessions",
      description:
        'Their password stays. It takes every right that the account holds, as resetting it does; make sure that it is they who ask.',
      examples: [
        {
          command: 'writ user forget-second-factor bea',
          says: 'bea has lost her phone and her recovery codes',
        },
      ],
      arguments: [name],
      options: [{ flags: '--yes', summary: 'do not ask' }],
      inOrganization: true,
      json: 'User',
      load: () => import('../commands/user/forget-second-factor.js'),
    },
    {
      name: 'confirm',
      summary: 'say that an account is a person of its own',
      description:
        'Whoever invited or reset an account could be the one who uses it, and together they count as one when roles are ' +
        'granted. Confirm it when you know that the account is another person. It takes somebody whom that inviter has ' +
        'not let in, and every right that the account holds; a later reset starts anew. Confirm a second owner at once: ' +
        'until then nobody else can be confirmed.',
      examples: [
        { command: 'writ user confirm bea', says: 'bea is not another account of whoever invited her' },
      ],
      arguments: [name],
      json: 'User',
      inOrganization: true,
      load: () => import('../commands/user/confirm.js'),
    },
  ],
};
