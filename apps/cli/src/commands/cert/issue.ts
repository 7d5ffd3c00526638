import { randomUUID } from 'node:crypto';
import { durationSeconds, remainingWords } from '../../duration.js';
import { directories } from '../../files/directories.js';
import { assertWritable } from '../../files/atomic-file.js';
import { checkCertificate, writeCertificate } from '../../keys/certificate-file.js';
import { ownKeyFile, readKeyFile, setAside, type KeyFile } from '../../keys/key-file.js';
import { prove, stateOf } from '../../keys/prove.js';
import type { Run, Surroundings } from '../../run.js';
import { signedIn, type Client } from '../../session/client.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';

export const run: Run = async (surroundings, input) => {
  const { terminal, clock } = surroundings;
  const ttl = input.option('ttl');
  const ttlSeconds = ttl === undefined ? {} : { ttlSeconds: durationSeconds(ttl) };
  const role = input.option('role');
  const client = await signedIn(surroundings, input);
  const { user, organization } = client.session.tokens;
  const comment = `${user.name}@${organization.name}`;
  const key = await provedKey(surroundings, client, input.option('key'), comment);
  const issued = await terminal.working('Asking for a certificate', () =>
    client.call('issueUserCertificate', {
      params: client.organization,
      body: { publicKey: key.line, ...(role === undefined ? {} : { role }), ...ttlSeconds },
      idempotencyKey: randomUUID(),
    }),
  );
  const checked = checkCertificate(key, issued.certificate, 'user');
  await writeCertificate(checked);
  const left = remainingWords(Date.parse(issued.validBefore) - clock());
  terminal.say([
    'Certificate ',
    strong(issued.id),
    ` for ${checked.principals.join(', ')}, until ${instant(issued.validBefore)} (${left})`,
  ]);
  if (input.json) terminal.json(issued);
  else terminal.data(key.certificateFile);
};

/** The key that was named, or our own, proved, where its certificate can be written. One of ours that was revoked gives way to a new one. */
async function provedKey(
  { environment, terminal }: Surroundings,
  client: Client,
  named: string | undefined,
  comment: string,
): Promise<KeyFile> {
  const { home } = directories(environment);
  let key = named === undefined ? await ownKeyFile(home, comment, terminal) : await readKeyFile(named);
  await assertWritable(key.certificateFile);
  let state = await stateOf(client, key);
  if (state === 'revoked' && named === undefined) {
    await setAside(key, terminal);
    key = await ownKeyFile(home, comment, terminal);
    state = 'unknown';
  }
  if (state === 'unknown') await prove(client, key, terminal);
  return key;
}
