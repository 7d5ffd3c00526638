import type { CallInput } from '@writ/contract';
import { durationSeconds } from '../../duration.js';
import { fail } from '../../errors.js';
import type { Input } from '../../input.js';
import { labelsOf } from '../../labels.js';
import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { describeRole } from '../../view/role.js';

type Settings = NonNullable<CallInput<'setRole'>['body']>;

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const body = settings(input);
  if (Object.keys(body).length === 0) fail('usage_invalid', 'Say what to change; see its --help.');
  const client = await signedIn(surroundings, input);
  const role = await client.call('setRole', {
    params: { ...client.organization, role: shortName(input.argument('role')) },
    body,
  });
  if (input.json) return terminal.json(role);
  terminal.say(
    `The role ${role.name} is changed; certificates that say more than it gives now, if there are any, are revoked.`,
    ...describeRole(role),
  );
};

function settings(input: Input): Settings {
  const logins = input.values('logins').flatMap((value) => value.split(','));
  const maxTtl = input.option('max-ttl');
  const maxSession = input.option('max-session');
  const keyTypes = input.values('key-type');
  const keyIdTemplate = input.option('key-id');
  return {
    ...reach(input),
    ...(logins.length === 0 ? {} : { logins }),
    ...(maxTtl === undefined ? {} : { maxTtlSeconds: durationSeconds(maxTtl) }),
    ...extensions(input),
    ...criticalOptions(input),
    ...(keyTypes.length === 0 ? {} : { keyTypes: [...keyTypes] }),
    ...(keyIdTemplate === undefined ? {} : { keyIdTemplate }),
    ...option(
      input,
      'max-session',
      'maxSessionSeconds',
      maxSession === undefined ? undefined : durationSeconds(maxSession),
    ),
  };
}

/** The hosts that it is for, or every host that trusts the CA, which has to be said. */
function reach(input: Input): Settings {
  const hosts = input.values('hosts');
  const byLogins = input.option('principals') === 'logins';
  if (byLogins && hosts.length > 0) fail('usage_invalid', 'Use either --hosts or --principals logins.');
  if (byLogins) return { principals: 'logins', selector: null };
  return hosts.length === 0 ? {} : { principals: 'role', selector: labelsOf(hosts) };
}

function extensions(input: Input): Settings {
  const named = input.values('extension');
  const none = input.flag('no-extensions');
  if (named.length > 0 && none) fail('usage_invalid', 'Use either --extension or --no-extensions.');
  return named.length > 0 || none ? { extensions: [...named] } : {};
}

/** Those that are named, null for those that are taken back. */
function criticalOptions(input: Input): Settings {
  const addresses = input.values('source-address');
  const options = {
    ...option(input, 'force-command', 'forceCommand', input.option('force-command')),
    ...option(input, 'source-address', 'sourceAddress', addresses.length === 0 ? undefined : [...addresses]),
    ...option(
      input,
      'verify-required',
      'verifyRequired',
      input.flag('verify-required') ? (true as const) : undefined,
    ),
  };
  return Object.keys(options).length === 0 ? {} : { criticalOptions: options };
}

function option<K extends string, V>(
  input: Input,
  flag: string,
  name: K,
  value: V | undefined,
): { [N in K]?: V | null } {
  const none = input.flag(`no-${flag}`);
  if (value !== undefined && none) fail('usage_invalid', `Use either --${flag} or --no-${flag}.`);
  if (value !== undefined) return { [name]: value } as { [N in K]?: V };
  return none ? ({ [name]: null } as { [N in K]?: null }) : {};
}
