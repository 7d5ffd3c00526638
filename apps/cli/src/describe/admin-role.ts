import type { ArgumentDescription, GroupDescription, OptionDescription } from './command.js';

const roleName: ArgumentDescription = { name: 'role', summary: 'name of the administrative role' };
const permission: OptionDescription = {
  flags: '--permission <permissions>',
  summary: 'what it permits, with commas between; `writ admin-role show owner` lists all there are',
  repeat: true,
};

export const adminRole: GroupDescription = {
  name: 'admin-role',
  summary: 'administrative roles: what people may do at the service',
  commands: [
    {
      name: 'create',
      summary: "make an administrative role of the organization's own",
      description:
        'You have to hold every permission that it names. Every member may besides do what a member may.',
      examples: [
        {
          command: 'writ admin-role create helpdesk --permission user.read,user.reset',
          says: 'and then `writ user invite bea --as helpdesk`',
        },
      ],
      arguments: [roleName],
      options: [permission],
      json: 'AdministrativeRole',
      inOrganization: true,
      load: () => import('../commands/admin-role/create.js'),
    },
    {
      name: 'list',
      summary: 'every administrative role',
      examples: [
        { command: 'writ admin-role list', says: 'those that every organization has, then its own' },
      ],
      json: 'AdministrativeRole[]',
      inOrganization: true,
      load: () => import('../commands/admin-role/list.js'),
    },
    {
      name: 'show',
      summary: 'one administrative role, its permissions one a line',
      examples: [{ command: 'writ admin-role show owner', says: 'every permission there is' }],
      arguments: [roleName],
      json: 'AdministrativeRole',
      inOrganization: true,
      load: () => import('../commands/admin-role/show.js'),
    },
    {
      name: 'set',
      summary: 'give it other permissions, in the place of those it has',
      description:
        'Counts for everybody who has it from their next request on. You have to hold every permission that it has or gets.',
      examples: [
        {
          command: 'writ admin-role set helpdesk --permission user.read',
          says: 'they no longer reset accounts',
        },
      ],
      arguments: [roleName],
      options: [permission],
      json: 'AdministrativeRole',
      inOrganization: true,
      load: () => import('../commands/admin-role/set.js'),
    },
    {
      name: 'delete',
      summary: 'delete one that nobody has',
      examples: [{ command: 'writ admin-role delete helpdesk', says: 'it is gone' }],
      arguments: [roleName],
      json: '{ "deleted": true }',
      inOrganization: true,
      load: () => import('../commands/admin-role/delete.js'),
    },
  ],
};
