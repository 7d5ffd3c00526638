import { randomUUID } from 'node:crypto';
import { durationSeconds, durationWords } from '../../duration.js';
import { directories } from '../../files/directories.js';
import { checkCertificate, writeCertificate } from '../../keys/certificate-file.js';
import { ownKeyFile, readKeyFile } from '../../keys/key-file.js';
import { proveOnce } from '../../keys/prove.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';

export const run: Run = async (surroundings, input) => {
  const { terminal, clock } = surroundings;
  const ttl = input.option('ttl');
  const ttlSeconds = ttl === undefined ? {} : { ttlSeconds: durationSeconds(ttl) };
  const role = input.option('role');
  const client = await signedIn(surroundings);
  const { user, organization } = client.session.tokens;
  const named = input.option('key');
  const key =
    named === undefined
      ? await ownKeyFile(
          directories(surroundings.environment).home,
          `${user.name}@${organization.name}`,
          terminal,
        )
      : await readKeyFile(named);
  await proveOnce(client, key, terminal);
  const issued = await terminal.working('Asking for a certificate', () =>
    client.call('issueUserCertificate', {
      params: client.organization,
      body: { publicKey: key.line, ...(role === undefined ? {} : { role }), ...ttlSeconds },
      idempotencyKey: randomUUID(),
    }),
  );
  const checked = checkCertificate(key, issued.certificate, 'user');
  await writeCertificate(checked);
  const left = durationWords(
    BigInt(Math.max(0, Math.floor((Date.parse(issued.validBefore) - clock()) / 1000))),
  );
  terminal.say([
    'Certificate ',
    strong(issued.id),
    ` for ${checked.principals.join(', ')}, until ${instant(issued.validBefore)} (${left})`,
  ]);
  if (input.json) terminal.json(issued);
  else terminal.data(key.certificateFile);
};
