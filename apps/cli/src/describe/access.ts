import type { LeafDescription } from './command.js';

export const hosts: LeafDescription = {
  name: 'hosts',
  summary: 'the hosts that you may reach, and as whom',
  description:
    'Only hosts that have joined are listed. Certificates of roles by logins are good wherever the user CA itself is trusted; ' +
    'which roles these are is said beside the list.',
  examples: [
    { command: 'writ hosts', says: 'what you may reach, as whom, by which roles' },
    { command: 'writ hosts --all', says: 'every host that any role reaches; takes role.read and host.read' },
    {
      command: 'writ hosts --ansible --login deploy > hosts.yaml',
      says: 'an inventory of the hosts where you may be deploy, for ansible -i hosts.yaml',
    },
  ],
  options: [
    { flags: '--login <login>', summary: 'only hosts where you may be this login' },
    { flags: '--all', summary: 'every host that any role reaches' },
    { flags: '--ansible', summary: 'print an Ansible inventory (JSON, which its YAML reader takes)' },
  ],
  json: 'Reach',
  inOrganization: true,
  load: () => import('../commands/hosts.js'),
};

export const explain: LeafDescription = {
  name: 'explain',
  summary: 'why somebody may be a login on a host, or which link is missing',
  description:
    'Ends with 0 where it works, with 3 where it is not allowed, and with 8 where it is allowed but the host has not taken ' +
    'it on yet. A host that you may not know of reads like one that does not exist. Your own organization is asked first, then ' +
    'the one in which you reach the host; about somebody else only your own, or the one of --org.',
  examples: [
    { command: 'writ explain web-1 root', says: 'whether you may be root on web-1' },
    {
      command: 'writ explain web-1 root --user ana',
      says: 'whether ana may; takes user.read, role.read and host.read',
    },
  ],
  arguments: [
    { name: 'host', summary: 'name of the host, in full or in short' },
    { name: 'login', summary: 'the login on it' },
  ],
  options: [
    { flags: '--user <user>', summary: 'somebody else, such as ana, or msp/ana from another organization' },
  ],
  json: 'Explanation',
  inOrganization: true,
  load: () => import('../commands/explain.js'),
};

export const access: LeafDescription = {
  name: 'access',
  summary: 'who may be whom, on which hosts',
  description:
    'Your own access; with user.read, role.read and host.read everybody’s. What roles by logins give stands first: it is good on ' +
    'every host that trusts the user CA itself. With --host alone, a host that your own organization does not know is looked for ' +
    'where you reach it; otherwise only your own organization is asked, or the one of --org.',
  examples: [
    { command: 'writ access --host web-1', says: 'who gets to web-1, and as whom' },
    { command: 'writ access --user ana', says: 'where ana gets, and as whom' },
    { command: 'writ access --login root --json', says: 'who is root anywhere' },
  ],
  options: [
    { flags: '--user <user>', summary: 'only this person' },
    { flags: '--host <host>', summary: 'only this host, named in full or in short' },
    { flags: '--login <login>', summary: 'only this login' },
  ],
  json: 'AccessEntry[]; host is null for every host that trusts the user CA itself',
  inOrganization: true,
  load: () => import('../commands/access.js'),
};
