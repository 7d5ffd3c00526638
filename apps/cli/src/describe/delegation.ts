import type { ArgumentDescription, GroupDescription, LeafDescription } from './command.js';

const id: ArgumentDescription = { name: 'delegation', summary: 'its id, as `writ delegation list` shows it' };

export const delegate: LeafDescription = {
  name: 'delegate',
  summary: "offer that people of the provider hold a customer's role",
  description:
    "It takes effect when the customer's owner accepts it; while the customer has no owner, an owner of the provider does, with --org.",
  examples: [
    {
      command: 'writ delegate web-admin --from globex --to-group msp/oncall',
      says: 'everybody in oncall, now and later, once globex has accepted',
    },
    { command: 'writ delegate web-admin --from globex --to-user ana', says: 'one person' },
  ],
  arguments: [{ name: 'role', summary: "name of the customer's role" }],
  options: [
    { flags: '--from <org>', summary: 'the customer' },
    { flags: '--to-group <group>', summary: 'a group of your organization' },
    { flags: '--to-user <user>', summary: 'a user of your organization' },
  ],
  json: 'Delegation',
  load: () => import('../commands/delegate.js'),
};

export const delegation: GroupDescription = {
  name: 'delegation',
  summary: "roles of customers in the provider's hands: see, accept, end",
  commands: [
    {
      name: 'list',
      summary: 'every delegation, offered, accepted or ended',
      examples: [{ command: 'writ delegation list', says: 'who from outside holds which role, and uses it' }],
      inOrganization: true,
      json: 'Delegation[]',
      load: () => import('../commands/delegation/list.js'),
    },
    {
      name: 'show',
      summary: 'one delegation: who it is, how often used, since when',
      examples: [
        { command: 'writ delegation show 0b9c5a52-6f0e-4a39-9d2c-6a7f3f1f2b11', says: 'one delegation' },
      ],
      arguments: [id],
      inOrganization: true,
      json: 'Delegation',
      load: () => import('../commands/delegation/show.js'),
    },
    {
      name: 'accept',
      summary: "put an offered delegation of your organization's role into force",
      description: 'Refused where the role has changed since it was offered.',
      examples: [
        { command: 'writ delegation accept 0b9c5a52-6f0e-4a39-9d2c-6a7f3f1f2b11', says: 'from now on' },
      ],
      arguments: [id],
      inOrganization: true,
      json: 'Delegation',
      load: () => import('../commands/delegation/accept.js'),
    },
    {
      name: 'end',
      summary: 'end a delegation, and revoke the certificates that rested on it',
      examples: [
        { command: 'writ delegation end 0b9c5a52-6f0e-4a39-9d2c-6a7f3f1f2b11', says: 'at once, for good' },
      ],
      arguments: [id],
      inOrganization: true,
      json: 'Delegation',
      load: () => import('../commands/delegation/end.js'),
    },
  ],
};
