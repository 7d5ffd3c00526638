import type { CallInput } from '@writ/contract';
import { durationSeconds } from '../../duration.js';
import { fail } from '../../errors.js';
import type { Input } from '../../input.js';
import { labelsOf } from '../../labels.js';
import { shortName } from '../../names.js';
import type { Run, Surroundings } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';
import { describeRole } from '../../view/role.js';

type Definition = CallInput<'createRole'>['body'];

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const body = definition(input);
  refuseUnsaidReach(surroundings, input);
  const client = await signedIn(surroundings, input);
  await confirmReach(surroundings, input);
  const role = await client.call('createRole', { params: client.organization, body });
  if (input.json) return terminal.json(role);
  terminal.say(
    role.groups.length > 0
      ? `The role ${role.name} is created, and granted to: ${role.groups.join(', ')}.`
      : `The role ${role.name} is created; \`writ role grant ${role.name} <user>${input.inOrganization}\` gives it members.`,
  );
  terminal.say(...describeRole(role));
};

/** A role by logins reaches every host that trusts the CA: somebody has to have said so, or to be there to be asked. */
function refuseUnsaidReach({ terminal }: Surroundings, input: Input): void {
  if (!reachIsSaid(input) && !terminal.canAsk)
    fail(
      'usage_invalid',
      'Say which hosts with --hosts; or, if its certificates are to be good on every host that trusts the user CA, --principals logins.',
    );
}

async function confirmReach({ terminal }: Surroundings, input: Input): Promise<void> {
  if (reachIsSaid(input)) return;
  const question = 'Its certificates will be good on every host that trusts the user CA. Create the role?';
  await askToGoOn(terminal, question, false);
}

function definition(input: Input): Definition {
  const logins = input.values('logins').flatMap((value) => value.split(','));
  if (logins.length === 0) fail('usage_invalid', 'A role needs --logins.');
  const extensions = input.values('extension');
  if (extensions.length > 0 && input.flag('no-extensions'))
    fail('usage_invalid', 'Use either --extension or --no-extensions.');
  const keyTypes = input.values('key-type');
  const keyIdTemplate = input.option('key-id');
  const groups = input.values('group').map(shortName);
  const maxSession = input.option('max-session');
  return {
    name: shortName(input.argument('role')),
    ...reach(input),
    logins,
    maxTtlSeconds: durationSeconds(input.required('max-ttl')),
    ...(extensions.length > 0 || input.flag('no-extensions') ? { extensions: [...extensions] } : {}),
    criticalOptions: criticalOptions(input),
    ...(keyTypes.length > 0 ? { keyTypes: [...keyTypes] } : {}),
    ...(keyIdTemplate === undefined ? {} : { keyIdTemplate }),
    ...(groups.length > 0 ? { groups } : {}),
    ...(maxSession === undefined ? {} : { maxSessionSeconds: durationSeconds(maxSession) }),
  };
}

function reachIsSaid(input: Input): boolean {
  return input.option('principals') === 'logins' || input.values('hosts').length > 0;
}

/** The hosts that it is for, or every host that trusts the CA. */
function reach(input: Input): Pick<Definition, 'principals' | 'selector'> {
  const hosts = input.values('hosts');
  if (hosts.length === 0) return { principals: 'logins' };
  if (input.option('principals') !== undefined)
    fail('usage_invalid', 'Use either --hosts or --principals logins.');
  return { principals: 'role', selector: labelsOf(hosts) };
}

function criticalOptions(input: Input): NonNullable<Definition['criticalOptions']> {
  const forceCommand = input.option('force-command');
  const sourceAddress = input.values('source-address');
  return {
    ...(forceCommand === undefined ? {} : { forceCommand }),
    ...(sourceAddress.length === 0 ? {} : { sourceAddress: [...sourceAddress] }),
    ...(input.flag('verify-required') ? { verifyRequired: true } : {}),
  };
}
