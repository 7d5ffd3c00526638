import type { GroupDescription } from './command.js';

export const sshConfig: GroupDescription = {
  name: 'ssh-config',
  summary: 'what plain ssh is told: update it, take it away',
  description:
    '`writ login` sets it up: one Include at the top of ~/.ssh/config, and what it includes below ~/.config/writ/ssh. Nothing else of yours ' +
    'is changed.',
  commands: [
    {
      name: 'update',
      summary: 'ask which hosts you may reach, and tell ssh',
      description:
        'Signing in does so, and so does ssh every ten minutes; this is for a host that has joined since.',
      examples: [{ command: 'writ ssh-config update', says: 'a host has just joined' }],
      json: '{ "hosts": number, "leftOut": string[] }',
      load: () => import('../commands/ssh-config/update.js'),
    },
    {
      name: 'refresh',
      summary: 'what ssh starts to learn what is new',
      description:
        'ssh starts it by itself, behind your back, where it goes to a host that it knows, or to a name that may be a new one, and nothing was asked for ten minutes: a new host is known then, a revoked one is refused, ' +
        'and a certificate of yours that was revoked is replaced. Nothing to type: `update` says what it did.',
      examples: [{ command: 'writ ssh-config refresh', says: 'says nothing where all is well' }],
      json: '{ "refreshed": true }',
      load: () => import('../commands/ssh-config/refresh.js'),
    },
    {
      name: 'remove',
      summary: 'take away what plain ssh was told, and its certificates',
      description:
        'Your ~/.ssh/config is then what it was, with what you changed in it since. The key stays.',
      examples: [{ command: 'writ ssh-config remove', says: 'before uninstalling writ' }],
      json: '{ "removed": true }',
      load: () => import('../commands/ssh-config/remove.js'),
    },
    {
      name: 'renew',
      summary: 'get the certificate of one role for plain ssh',
      description:
        'What ssh starts where the certificate has ended or is about to: nothing to type. It says nothing where all is well.',
      examples: [
        {
          command: 'writ ssh-config renew 2hf0c8h6b3k5m7p9 7q1w3e5r7t9y1u3i',
          says: 'by the handles that ~/.config/writ/ssh/config has',
        },
      ],
      arguments: [
        { name: 'organization', summary: "the organization's handle" },
        { name: 'role', summary: "the role's handle" },
      ],
      json: '{ "certificate": string }; the path of its file',
      load: () => import('../commands/ssh-config/renew.js'),
    },
  ],
};
