import type { ArgumentDescription, GroupDescription, OptionDescription } from './command.js';

const groupName: ArgumentDescription = { name: 'group', summary: 'name of the group' };
const users: ArgumentDescription = {
  name: 'user',
  summary: 'names of users',
  many: true,
  optional: true,
};
const groups: OptionDescription = {
  flags: '--group <group>',
  summary: 'a group, with all who are in it',
  repeat: true,
};

export const group: GroupDescription = {
  name: 'group',
  summary: 'groups: people, and other groups, by one name',
  commands: [
    {
      name: 'create',
      summary: 'create a group, with nobody in it',
      examples: [{ command: 'writ group create oncall', says: 'a group' }],
      arguments: [groupName],
      json: 'Group',
      inOrganization: true,
      load: () => import('../commands/group/create.js'),
    },
    {
      name: 'list',
      summary: 'every group',
      examples: [{ command: 'writ group list', says: 'every group' }],
      json: 'Group[]',
      inOrganization: true,
      load: () => import('../commands/group/list.js'),
    },
    {
      name: 'show',
      summary: 'one group: who is in it, and which roles it has',
      examples: [{ command: 'writ group show oncall', says: 'one group' }],
      arguments: [groupName],
      json: 'Group & { "delegated"?: string[] } (roles of customers that it holds, for who may see delegations)',
      inOrganization: true,
      load: () => import('../commands/group/show.js'),
    },
    {
      name: 'add',
      summary: 'put people or other groups into a group',
      description:
        'They come into every role of the group, and of the groups that it is in. For each of these roles it takes what ' +
        'granting it takes.',
      examples: [
        { command: 'writ group add oncall ana bea', says: 'two people' },
        { command: 'writ group add all --group oncall', says: 'everybody who is in oncall, now and later' },
      ],
      arguments: [groupName, users],
      options: [groups],
      json: 'Group',
      inOrganization: true,
      load: () => import('../commands/group/add.js'),
    },
    {
      name: 'remove',
      summary: 'take people or groups out of a group',
      description:
        'Revokes, at once, the certificates of every role that somebody is in by no other path any more.',
      examples: [
        { command: 'writ group remove oncall bea', says: 'bea is out, and so are her certificates' },
      ],
      arguments: [groupName, users],
      options: [groups],
      json: 'Group',
      inOrganization: true,
      load: () => import('../commands/group/remove.js'),
    },
    {
      name: 'delete',
      summary: 'delete a group that is in no role and in no other group',
      examples: [{ command: 'writ group delete oncall', says: 'it is gone, its people stay' }],
      arguments: [groupName],
      json: 'Group',
      inOrganization: true,
      load: () => import('../commands/group/delete.js'),
    },
  ],
};
