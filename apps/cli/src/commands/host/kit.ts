import { createHash } from 'node:crypto';
import { publicKeyPin } from '../../network/public-key-pin.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { strong } from '../../terminal/text.js';

/** The line is the output: what the host is asked to install is named by what it is, not by where it comes from. */
export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const client = await signedIn(surroundings, input);
  const kit = await client.call('hostKit', {});
  const sha256 = createHash('sha256').update(kit).digest('hex');
  const version = /^kit_version=(\S+)$/m.exec(Buffer.from(kit).toString())?.[1] ?? 'unknown';
  const command = `/etc/writ-host/writ-host update --sha256 ${sha256}`;
  const pin = await publicKeyPin(client.session.server);
  if (input.json) return terminal.json({ version, sha256, command, pin });
  terminal.say(['This service has the host kit ', strong(version), '. On a host that has joined, as root:']);
  terminal.data(command);
};
