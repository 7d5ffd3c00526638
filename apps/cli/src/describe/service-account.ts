import type { ArgumentDescription, GroupDescription, OptionDescription } from './command.js';

const name: ArgumentDescription = { name: 'account', summary: 'name of the service account' };
const yes: OptionDescription = { flags: '--yes', summary: 'do not ask' };

export const serviceAccount: GroupDescription = {
  name: 'service-account',
  summary: 'accounts of machines, which sign in with a key',
  commands: [
    {
      name: 'create',
      summary: 'make a service account; no key opens it yet',
      description:
        'It is put into groups and granted roles like a user: `writ role grant`, `writ group add`. Its name is one that no user has.',
      examples: [
        {
          command: 'writ service-account create deploy',
          says: 'and then `writ service-account key add deploy --key deploy_key.pub`',
        },
        {
          command: 'writ service-account create audit --as auditor',
          says: 'one that may read everything at the service',
        },
      ],
      arguments: [name],
      options: [
        {
          flags: '--as <role>',
          summary:
            'what it may do at the service beside using its own certificates (default: member): any administrative role but owner',
        },
      ],
      json: 'ServiceAccount',
      inOrganization: true,
      load: () => import('../commands/service-account/create.js'),
    },
    {
      name: 'list',
      summary: 'every service account',
      examples: [{ command: 'writ service-account list', says: 'names, states, keys' }],
      options: [
        { flags: '--state <state>', summary: 'only these', choices: ['active', 'locked', 'disabled'] },
      ],
      json: 'ServiceAccount[]',
      inOrganization: true,
      load: () => import('../commands/service-account/list.js'),
    },
    {
      name: 'show',
      summary: 'one service account, and who registered which key',
      examples: [{ command: 'writ service-account show deploy', says: 'when each key was last used' }],
      arguments: [name],
      json: 'ServiceAccount',
      inOrganization: true,
      load: () => import('../commands/service-account/show.js'),
    },
    {
      name: 'set',
      summary: 'give it another administrative role',
      description:
        'Counts from its next request on. You have to hold everything that it may do before and after.',
      examples: [{ command: 'writ service-account set deploy --as operator', says: 'it may sign hosts' }],
      arguments: [name],
      options: [
        { flags: '--as <role>', summary: 'the administrative role; `writ admin-role list` has them' },
      ],
      json: 'ServiceAccount',
      inOrganization: true,
      load: () => import('../commands/service-account/set.js'),
    },
    {
      name: 'key',
      summary: 'the keys that it signs in with',
      commands: [
        {
          name: 'add',
          summary: 'register a key',
          description:
            'Whoever registers a key could have its private half, so it takes every right that the account holds; and a role that you are ' +
            'not in yourself has to be granted to the account by somebody else, after that. The key must be nobody’s: it becomes the ' +
            'account’s for good when it first signs in.',
          examples: [
            {
              command: 'writ service-account key add deploy --key deploy_key.pub',
              says: 'the machine signs in with `writ login --service-account deploy --key deploy_key`',
            },
          ],
          arguments: [name],
          options: [{ flags: '--key <file>', summary: 'the public key', completes: 'file' }],
          json: 'ServiceAccount',
          inOrganization: true,
          load: () => import('../commands/service-account/key/add.js'),
        },
        {
          name: 'remove',
          summary: 'take a key from it; ends its sessions and revokes its certificates',
          description:
            'Asks first on a terminal. Sessions that the key opened end; certificates that were issued in them, or for the key, are revoked; ' +
            'and so is the key, for good, if it was ever used. The account’s other keys go on.',
          examples: [
            {
              command: 'writ service-account key remove deploy --key old_key.pub --yes',
              says: 'after the next one was registered and is used',
            },
          ],
          arguments: [name],
          options: [
            {
              flags: '--key <key>',
              summary: 'the public key, or its fingerprint (SHA256:…)',
              completes: 'file',
            },
            yes,
          ],
          json: 'ServiceAccount',
          inOrganization: true,
          load: () => import('../commands/service-account/key/remove.js'),
        },
      ],
    },
    {
      name: 'disable',
      summary: 'close it: ends its sessions, revokes its certificates and keys',
      description: 'Asks first on a terminal. What is revoked stays so.',
      examples: [{ command: 'writ service-account disable deploy --yes', says: 'nothing is asked' }],
      arguments: [name],
      options: [yes],
      json: 'ServiceAccount',
      inOrganization: true,
      load: () => import('../commands/service-account/disable.js'),
    },
    {
      name: 'enable',
      summary: 'open it again; it takes a new key',
      examples: [{ command: 'writ service-account enable deploy', says: 'and register a key' }],
      arguments: [name],
      json: 'ServiceAccount',
      inOrganization: true,
      load: () => import('../commands/service-account/enable.js'),
    },
    {
      name: 'delete',
      summary: 'close it for good, out of every group and role',
      description:
        'Asks first on a terminal. Its name is never used again: what was issued to it says whom that was.',
      examples: [{ command: 'writ service-account delete deploy --yes', says: 'nothing is asked' }],
      arguments: [name],
      options: [yes],
      json: '{ "deleted": true }',
      inOrganization: true,
      load: () => import('../commands/service-account/delete.js'),
    },
  ],
};
