import { createHash } from 'node:crypto';
import { durationSeconds } from '../../../duration.js';
import { fail } from '../../../errors.js';
import { labelsOf } from '../../../labels.js';
import { publicKeyPin } from '../../../network/public-key-pin.js';
import { countOf } from '../../../numbers.js';
import type { Run } from '../../../run.js';
import { signedIn } from '../../../session/client.js';
import { strong } from '../../../terminal/text.js';
import { instant } from '../../../view/fields.js';

/** The token is the output; what to do with it is talk. It stands in no command that is to be pasted. */
export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const names = input.values('name');
  const [name] = names;
  if (name === undefined || names.length > 1)
    fail(
      'usage_invalid',
      "Say what the host is called: --name web-1.acme.example, or --name 'web-*.acme.example'.",
    );
  const labels = labelsOf(input.values('label'));
  const ttl = input.option('ttl');
  const uses = input.option('uses');
  const client = await signedIn(surroundings, input);
  const { server } = client.session;
  const pin = await publicKeyPin(server);
  const made = await client.call('createJoinToken', {
    params: client.organization,
    body: {
      names: name,
      labels,
      ...(ttl === undefined ? {} : { ttlSeconds: durationSeconds(ttl) }),
      ...(uses === undefined ? {} : { uses: countOf('--uses', uses) }),
    },
  });
  const { organization } = client.organization;
  const token = [
    'writ-join-1',
    server.url,
    organization,
    pin ?? '-',
    made.bundleKey,
    made.names,
    made.secret,
  ].join('|');
  if (input.json) return terminal.json({ ...made, token });
  terminal.say([
    'A token for ',
    strong(made.names),
    `, ${made.uses === 1 ? 'once' : `${made.uses} times`}, until ${instant(made.expiresAt)}.`,
  ]);
  terminal.say('On the host, as root; it asks for the token:');
  const kit = await client.call('hostKit', {});
  const digest = createHash('sha256').update(kit).digest('hex');
  const get = pin === null ? 'curl -fsSo writ-host' : `curl -fsSk --pinnedpubkey '${pin}' -o writ-host`;
  // One command: nothing runs that is not what was named. In a directory where nobody else can put or change a file.
  terminal.say(`  cd "$(mktemp -d)" && ${get} ${server.url}/writ-host &&`);
  terminal.say(`  echo '${digest}  writ-host' | sha256sum -c &&`);
  terminal.say('  sh writ-host join');
  terminal.data(token);
};
