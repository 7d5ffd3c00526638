import { randomUUID } from 'node:crypto';
import { durationSeconds, remainingWords } from '../../duration.js';
import { fail } from '../../errors.js';
import { assertWritable } from '../../files/atomic-file.js';
import type { Input } from '../../input.js';
import { checkCertificate, writeCertificate } from '../../keys/certificate-file.js';
import { provedKey } from '../../keys/proved-key.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';

export const run: Run = async (surroundings, input) => {
  const { terminal, clock } = surroundings;
  const ttl = input.option('ttl');
  const ttlSeconds = ttl === undefined ? {} : { ttlSeconds: durationSeconds(ttl) };
  const role = input.option('role');
  const target = targetOf(input);
  const client = await signedIn(surroundings, input);
  const key = await provedKey(surroundings, client, input.option('key'), ({ certificateFile }) =>
    assertWritable(certificateFile),
  );
  const issued = await terminal.working('Asking for a certificate', () =>
    client.call('issueUserCertificate', {
      params: client.organization,
      body: { publicKey: key.line, ...(role === undefined ? {} : { role }), ...target, ...ttlSeconds },
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

/** The host and the login that it is for, where the service is to choose the role. 'usage_invalid' where one is missing. */
function targetOf(input: Input): { readonly host?: string; readonly login?: string } {
  const [host, login] = [input.option('host'), input.option('login')];
  if ((host === undefined) !== (login === undefined))
    fail('usage_invalid', 'Name both --host and --login, or neither.');
  return host === undefined || login === undefined ? {} : { host, login };
}
