import { fingerprint } from '@writ/openssh/key';
import { readText } from '../../files/read.js';
import type { Run } from '../../run.js';
import { strong } from '../../terminal/text.js';
import { bundleJson, expectSigner, madeAt, readSignedBundle } from '../../trust/signed-bundle.js';
import { signerOf } from '../../trust/signer.js';
import { field, instant } from '../../view/fields.js';

/** Needs no network: a signature, and a key that was learnt elsewhere. */
export const run: Run = async ({ terminal }, input) => {
  const signed = readSignedBundle(await readText(input.argument('file')));
  expectSigner(signed, await signerOf(input.required('key')));
  const { bundle, signedBy } = signed;
  const userAuthorities = bundle.userAuthorities.map((key) => fingerprint(key));
  const hostAuthorities = bundle.hostAuthorities.map((key) => fingerprint(key));
  if (input.json) return terminal.json(bundleJson(signed));
  terminal.say(
    field('organization', [strong(bundle.name), ` (${bundle.organization})`]),
    field('version', `${bundle.version}, made ${instant(madeAt(bundle))}`),
    field('signed by', signedBy),
    field('names', bundle.namePatterns.join(' ')),
    ...userAuthorities.map((each) => field('user CA', each)),
    ...hostAuthorities.map((each) => field('host CA', each)),
    ...bundle.revokedAuthorities.map((key) => field('revoked CA', fingerprint(key))),
  );
};
