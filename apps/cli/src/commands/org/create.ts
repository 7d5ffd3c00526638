import { durationSeconds } from '../../duration.js';
import { fail } from '../../errors.js';
import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { describeOrganization, patternsOf } from '../../view/organization.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const name = shortName(input.argument('org'));
  const namePatterns =
    patternsOf(input) ??
    fail('usage_invalid', "Say which host names are its own: --names '*.globex.example'.");
  const life = input.option('session-life');
  const client = await signedIn(surroundings, null);
  const made = await terminal.working('Making its keys', () =>
    client.call('createCustomer', {
      params: client.home,
      body: {
        ...{ name, namePatterns },
        ...(life === undefined ? {} : { sessionLifeSeconds: durationSeconds(life) }),
      },
    }),
  );
  if (input.json) return terminal.json(made);
  terminal.say(
    `The customer ${name} is created; \`writ user invite <name> --org ${name} --as owner\` invites its first owner.`,
  );
  terminal.say(...describeOrganization(made));
};
