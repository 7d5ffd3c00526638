import type { GroupDescription } from './command.js';

export const cert: GroupDescription = {
  name: 'cert',
  summary: 'certificates: issue your own, look at any',
  commands: [
    {
      name: 'issue',
      summary: 'get a certificate for a key of yours',
      description:
        'Without --key it uses ~/.ssh/id_writ and makes that key if it is missing. A key is proved to be yours once, with ' +
        '`ssh-keygen -Y sign`: an agent, a passphrase and a security key all work. The certificate goes beside the key as ' +
        '`<key>-cert.pub`, where ssh looks for it; its path is the output.',
      examples: [
        { command: 'writ cert issue', says: 'for your only role, as long as it allows' },
        {
          command: 'writ cert issue --role web --ttl 8h --key ~/.ssh/id_ed25519.pub',
          says: 'for a key you have',
        },
        {
          command: 'writ cert issue --host web-1 --login root',
          says: 'of the first of your roles, by name, that makes you root there; else every link that is missing is said',
        },
      ],
      options: [
        { flags: '--role <name>', summary: 'which of your roles; needed if you have several' },
        {
          flags: '--host <host>',
          summary: 'in its place the host that it is for, in full or in short, with --login',
        },
        { flags: '--login <login>', summary: 'and the login on it' },
        {
          flags: '--ttl <duration>',
          summary: 'how long, such as 30m, 8h, 7d; as long as the role allows if absent',
        },
        {
          flags: '--key <file>',
          summary: 'the public key (the private one, or an agent, must be at hand)',
          completes: 'file',
        },
      ],
      json: 'IssuedCertificate',
      inOrganization: true,
      load: () => import('../commands/cert/issue.js'),
    },
    {
      name: 'show',
      summary: 'explain a certificate, offline',
      description:
        'Every field, when it ends in words, what it lets its holder do, whether its signature is right, and what is odd ' +
        'about it. Nothing is sent anywhere.',
      examples: [
        { command: 'writ cert show ~/.ssh/id_writ-cert.pub', says: 'a file' },
        { command: 'ssh-add -L | grep cert-v01 | writ cert show -', says: 'standard input' },
      ],
      arguments: [{ name: 'file', summary: 'a -cert.pub file; - is standard input', completes: 'file' }],
      json: 'CertificateReport',
      load: () => import('../commands/cert/show.js'),
    },
    {
      name: 'list',
      summary: 'certificates that were issued, newest first',
      description: "Your own; everybody's with the permission certificate.read.",
      examples: [
        { command: 'writ cert list --active', says: 'those that can be used now' },
        { command: 'writ cert list --user bea --limit 500 --json', says: 'more, for a program' },
      ],
      options: [
        { flags: '--user <name>', summary: 'only those of one person' },
        { flags: '--type <type>', summary: 'only these', choices: ['user', 'host'] },
        { flags: '--active', summary: 'neither expired nor revoked' },
        { flags: '--limit <number>', summary: 'at most so many (default: 100)' },
      ],
      json: 'Certificate[]',
      inOrganization: true,
      load: () => import('../commands/cert/list.js'),
    },
  ],
};
