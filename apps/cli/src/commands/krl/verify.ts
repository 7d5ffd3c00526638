import { createHash } from 'node:crypto';
import { fingerprint, parsePublicKeyLine } from '@writ/openssh/key';
import { revocationReason, type Krl, type RevocationReason } from '@writ/openssh/krl';
import { verifySshsig } from '@writ/openssh/sshsig';
import { readCertificateLine } from '../../certificate/read.js';
import { fail } from '../../errors.js';
import { readText } from '../../files/read.js';
import type { Input } from '../../input.js';
import { madeAt } from '../../krl/contents.js';
import { readKrl, type KrlFile } from '../../krl/read-krl.js';
import { krlNamespace, krlStatement } from '../../krl/statement.js';
import type { Run } from '../../run.js';
import { signerOf } from '../../trust/signer.js';
import { field, instant } from '../../view/fields.js';

/** Needs no network. That it was read says that OpenSSH reads it, too. */
export const run: Run = async ({ terminal }, input) => {
  const file = await readKrl(input.argument('krl'), input);
  const signedBy = await checkSignature(file, input);
  const revoked = await judged(file.krl, input.values('revoked'));
  const good = await judged(file.krl, input.values('good'));
  for (const { path, reason } of revoked) if (reason === null) refused(`${path} is not revoked by it.`, path);
  for (const { path, reason } of good)
    if (reason !== null) refused(`${path} is revoked by it (${reasons[reason]}).`, path);
  const { version } = file.krl;
  const generatedAt = madeAt(file.krl);
  if (input.json)
    return terminal.json({
      krlVersion: version,
      generatedAt,
      bytes: file.bytes.length,
      signedBy,
      revoked,
      good,
    });
  terminal.say(
    field('KRL version', `${version}`),
    field('made', generatedAt === null ? 'it does not say' : instant(generatedAt)),
    ...(signedBy === null ? [] : [field('signed by', signedBy)]),
    ...revoked.map(({ path, reason }) => field('revoked', `${path} (${reasons[reason ?? 'key']})`)),
    ...good.map(({ path }) => field('good', path)),
  );
};

const reasons: Readonly<Record<RevocationReason, string>> = {
  key: 'its key',
  key_id: 'its key id',
  serial: 'its serial',
  signature_key: 'its authority',
};

function refused(message: string, path: string): never {
  fail('krl_refused', message, { path });
}

/**
 * Who signed it: what is signed is composed of the organization, the number and the digest (docs/host-protocol.md). The signature
 * of one that was fetched stands beside it. Null where nobody was said to have signed it.
 */
async function checkSignature({ bytes, krl, signature }: KrlFile, input: Input): Promise<string | null> {
  const path = input.option('signature');
  if (path === undefined && input.option('handle') === undefined && input.option('key') === undefined)
    return null;
  const [organization, believed] = [input.required('handle'), await signerOf(input.required('key'))];
  const armored = path === undefined ? signature : () => readText(path);
  if (armored === null) fail('usage_invalid', 'Say with --signature where its signature is.');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const message = krlStatement(organization, krl.version, sha256);
  const key = verifySshsig({
    armored: await armored(),
    namespace: krlNamespace,
    message: Buffer.from(message),
  });
  const signedBy = fingerprint(key);
  if (signedBy !== believed)
    refused(
      `It was signed by ${signedBy}, not by ${believed}: do not use it.`,
      path ?? input.argument('krl'),
    );
  return signedBy;
}

function judged(krl: Krl, paths: readonly string[]) {
  return Promise.all(
    paths.map(async (path) => {
      const line = await readText(path);
      const isCertificate = /^\s*\S+-cert-v\d\d@openssh\.com\s/.test(line);
      const subject = isCertificate ? readCertificateLine(line).contents : parsePublicKeyLine(line).key;
      return { path, reason: revocationReason(krl, subject) };
    }),
  );
}
