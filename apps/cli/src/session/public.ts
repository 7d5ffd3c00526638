import { resolve } from 'node:path';
import type { Transport } from '@writ/contract';
import { fail } from '../errors.js';
import { directories } from '../files/directories.js';
import type { Input } from '../input.js';
import { certificatePin, serverAddress } from '../network/server.js';
import { transportTo } from '../network/transport.js';
import type { Surroundings } from '../run.js';
import { readConfiguration } from './configuration.js';

/** Where to fetch what anybody may fetch: as said, or where somebody has signed in here. No token is sent. */
export async function publicAccess(
  { environment }: Surroundings,
  input: Input,
): Promise<{ readonly transport: Transport; readonly params: { readonly organization: string } }> {
  const said = input.option('url');
  const remembered = await readConfiguration(directories(environment));
  const url = said === undefined ? remembered?.url : serverAddress(said);
  const handle =
    input.option('handle') ?? (url === remembered?.url ? remembered?.organization?.handle : undefined);
  if (url === undefined || handle === undefined)
    fail(
      'usage_invalid',
      'Nobody has signed in here: say --url and --handle (`writ whoami` shows the handle).',
    );
  if (!/^[a-z0-9]{16}$/.test(handle))
    fail('usage_invalid', 'A handle has 16 of a-z 0-9; `writ whoami` shows it.');
  const pin = input.option('pin');
  const caFile = input.option('ca-file');
  const same = url === remembered?.url && pin === undefined && caFile === undefined ? remembered : null;
  const transport = await transportTo({
    url,
    pin: pin === undefined ? (same?.pin ?? null) : certificatePin(pin),
    caFile: caFile === undefined ? (same?.caFile ?? null) : resolve(caFile),
  });
  return { transport, params: { organization: handle } };
}
