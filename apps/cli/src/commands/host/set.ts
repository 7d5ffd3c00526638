import type { CallInput } from '@writ/contract';
import { fail } from '../../errors.js';
import type { Input } from '../../input.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { wayText } from '../../view/host.js';

type Change = CallInput<'setHost'>['body'];

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const body: Change = { ...text(input, 'address'), ...port(input), ...text(input, 'jump') };
  if (Object.keys(body).length === 0)
    fail('usage_invalid', 'Say what: --address, --port or --jump; --no-address, --no-port, --no-jump.');
  const client = await signedIn(surroundings, input);
  const host = await client.call('setHost', {
    params: { ...client.organization, host: input.argument('host') },
    body,
  });
  if (input.json) terminal.json(host);
  else terminal.say(`Clients find ${host.name} at ${wayText(host)}.`);
};

/** The option, null where it is taken back, nothing where it is not named. */
function text(input: Input, name: 'address' | 'jump'): Change {
  const value = input.option(name);
  if (value !== undefined && input.flag(`no-${name}`))
    fail('usage_invalid', `Use either --${name} or --no-${name}.`);
  if (value !== undefined) return { [name]: value };
  return input.flag(`no-${name}`) ? { [name]: null } : {};
}

function port(input: Input): Change {
  const value = input.option('port');
  if (value === undefined) return input.flag('no-port') ? { port: null } : {};
  if (input.flag('no-port')) fail('usage_invalid', 'Use either --port or --no-port.');
  if (!/^[1-9]\d{0,4}$/.test(value) || Number(value) > 65_535)
    fail('usage_invalid', '--port is a number from 1 to 65535.');
  return { port: Number(value) };
}
