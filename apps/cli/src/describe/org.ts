import type { GroupDescription } from './command.js';

export const org: GroupDescription = {
  name: 'org',
  summary: 'the organization',
  commands: [
    {
      name: 'set',
      summary: 'say whether everybody in the organization needs a second factor',
      description:
        'Counts from the next request on: whoever has signed in without one may then do nothing but set one up. It takes a ' +
        'session that has one.',
      examples: [
        { command: 'writ org set --require-second-factor', says: 'everybody needs one' },
        { command: 'writ org set --second-factor-optional', says: 'nobody has to have one' },
      ],
      options: [
        { flags: '--require-second-factor', summary: 'everybody needs one' },
        { flags: '--second-factor-optional', summary: 'nobody has to have one' },
      ],
      json: 'Organization',
      load: () => import('../commands/org/set.js'),
    },
  ],
};
