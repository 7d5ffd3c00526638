import type { ArgumentDescription, GroupDescription } from './command.js';

const customer: ArgumentDescription = { name: 'org', summary: 'name of the customer' };
const names = {
  flags: '--names <patterns>',
  summary: "host names that nobody else can use, with commas between: '*.globex.example', or single ones",
  repeat: true,
} as const;
const sessionLife = {
  flags: '--session-life <duration>',
  summary: 'how long its sessions last at most: 5m to 7d',
} as const;

export const org: GroupDescription = {
  name: 'org',
  summary: 'organizations: the provider and its customers',
  commands: [
    {
      name: 'create',
      summary: 'create a customer, with CAs and host names of its own',
      description:
        'For the organization that runs the service alone. A customer begins without people: until the first of its owners has ' +
        "used an invitation (`writ user invite <name> --org <org> --as owner`), the provider's owners act in it, with `--org` and a second factor.",
      examples: [
        {
          command: "writ org create globex --names '*.globex.example'",
          says: 'a customer: its own user CA, host CA, revocations, names nobody else can use',
        },
      ],
      arguments: [customer],
      options: [names, sessionLife],
      json: 'OrganizationEntry',
      load: () => import('../commands/org/create.js'),
    },
    {
      name: 'list',
      summary: 'the organizations that you may see, and how you may act in them',
      examples: [{ command: 'writ org list', says: 'your own, and for the provider all customers' }],
      json: 'OrganizationEntry[]',
      load: () => import('../commands/org/list.js'),
    },
    {
      name: 'show',
      summary: 'one organization',
      examples: [{ command: 'writ org show globex', says: 'its names, and whether it has an owner' }],
      arguments: [{ name: 'org', summary: 'its name; without it your own', optional: true }],
      json: 'OrganizationEntry',
      load: () => import('../commands/org/show.js'),
    },
    {
      name: 'set',
      summary: 'change the host names or settings of an organization',
      description:
        'Host names are given out by the provider. Those that hosts, host keys or join tokens still use cannot be taken away.',
      examples: [
        {
          command: "writ org set globex --names '*.globex.example,*.globex.test'",
          says: 'these, and no others',
        },
        { command: 'writ org set --session-life 8h', says: 'of your own organization' },
        {
          command: 'writ org set --require-second-factor',
          says: 'whoever has none may do nothing but set one up',
        },
      ],
      arguments: [{ name: 'org', summary: 'its name; without it your own', optional: true }],
      options: [
        names,
        sessionLife,
        { flags: '--require-second-factor', summary: 'everybody in it needs one' },
        { flags: '--second-factor-optional', summary: 'nobody has to have one' },
      ],
      json: 'OrganizationEntry',
      load: () => import('../commands/org/set.js'),
    },
    {
      name: 'close',
      summary: 'close a customer: nobody signs in, nothing is issued, certificates are revoked',
      description:
        'Asks first on a terminal. Its unexpired user certificates are revoked for good; `writ org reopen` lets its people in again.',
      examples: [{ command: 'writ org close globex --yes', says: 'without being asked' }],
      arguments: [customer],
      options: [{ flags: '--yes', summary: 'do not ask' }],
      json: 'OrganizationEntry',
      load: () => import('../commands/org/close.js'),
    },
    {
      name: 'reopen',
      summary: 'open a closed customer again',
      examples: [{ command: 'writ org reopen globex', says: 'what was revoked stays so' }],
      arguments: [customer],
      json: 'OrganizationEntry',
      load: () => import('../commands/org/reopen.js'),
    },
  ],
};
