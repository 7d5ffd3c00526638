import { authorityKeyKinds } from '@writ/contract';
import { fail } from '../../errors.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { strong } from '../../terminal/text.js';
import { authorityKind } from './kind.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const kind = authorityKind(input);
  const said = input.option('key') ?? authorityKeyKinds[0];
  const keyKind =
    authorityKeyKinds.find((known) => known === said) ??
    fail('usage_invalid', `--key is one of ${authorityKeyKinds.join(', ')}.`);
  const client = await signedIn(surroundings, input);
  const made = await client.call('createNextAuthority', {
    params: { ...client.organization, kind },
    body: { keyKind },
  });
  if (input.json) return terminal.json(made);
  terminal.say(['The next ', kind, ' CA is ', strong(made.fingerprint), '.']);
  terminal.say(
    kind === 'user'
      ? `Hosts learn it now. When they have: \`writ ca activate --user${input.inOrganization}\`.`
      : `Clients learn it when they sign in or renew a certificate. Then: \`writ ca activate --host${input.inOrganization}\`.`,
  );
};
