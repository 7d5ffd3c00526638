import { randomUUID } from 'node:crypto';
import { durationSeconds } from '../../duration.js';
import { fail } from '../../errors.js';
import { assertWritable } from '../../files/atomic-file.js';
import { checkCertificate, writeCertificate } from '../../keys/certificate-file.js';
import { readKeyFile } from '../../keys/key-file.js';
import type { Run } from '../../run.js';
import { signedIn } from '../../session/client.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';

/** Every certificate is looked at before the first is written, so that a host never gets half of them. */
export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const names = input.values('name');
  if (names.length === 0) fail('usage_invalid', 'Say what the host is called: --name web-1.acme.example.');
  const ttl = input.option('ttl');
  const ttlSeconds = ttl === undefined ? {} : { ttlSeconds: durationSeconds(ttl) };
  const keys = await Promise.all(input.argumentList('key').map((path) => readKeyFile(path)));
  for (const key of keys) await assertWritable(key.certificateFile);
  const client = await signedIn(surroundings, input);
  const issued = await terminal.working('Asking for certificates', () =>
    client.call('issueHostCertificates', {
      params: client.organization,
      body: {
        publicKeys: keys.map((key) => key.line),
        names: [...names],
        replace: input.flag('replace'),
        ...ttlSeconds,
      },
      idempotencyKey: randomUUID(),
    }),
  );
  const checked = keys.map((key, index) =>
    checkCertificate(key, issued.certificates[index]?.certificate ?? '', 'host'),
  );
  for (const certificate of checked) await writeCertificate(certificate);
  for (const { id, validBefore } of issued.certificates)
    terminal.say(['Certificate ', strong(id), ` for ${names.join(', ')}, until ${instant(validBefore)}`]);
  if (input.json) return terminal.json(issued);
  terminal.say('sshd needs a line for each in its configuration: HostCertificate <file>');
  terminal.data(...checked.map(({ key }) => key.certificateFile));
};
