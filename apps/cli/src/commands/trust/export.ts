import { resolve } from 'node:path';
import { call } from '@writ/contract';
import { fail } from '../../errors.js';
import { writeOutput } from '../../files/atomic-file.js';
import { readOutputIfAny } from '../../files/read.js';
import type { TrustBundle } from '@writ/openssh/trust';
import type { Run } from '../../run.js';
import { publicAccess } from '../../session/public.js';
import { trustForms } from '../../trust/form.js';
import { writtenAs } from '../../trust/written-as.js';
import { bundleJson, expectSigner, readSignedBundle } from '../../trust/signed-bundle.js';
import { signerOf } from '../../trust/signer.js';

/** What was signed is checked before it is passed on, and never replaced by anything older. */
export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const said = input.option('as') ?? 'bundle';
  const form =
    trustForms.find((known) => known === said) ??
    fail('usage_invalid', `--as is one of ${trustForms.join(', ')}.`);
  const key = input.option('key');
  const believed = key === undefined ? null : await signerOf(key);
  const { transport, params } = await publicAccess(surroundings, input);
  const bytes = await call(transport, 'trustBundle', { params });
  const content = new TextDecoder().decode(bytes);
  const signed = readSignedBundle(content);
  if (believed !== null) expectSigner(signed, believed);
  const { bundle, signedBy } = signed;
  if (bundle.organization !== params.organization)
    fail('trust_bundle_refused', 'The server answered the bundle of another organization.');
  const written = form === 'bundle' ? content : writtenAs(form, bundle);
  const output = input.option('output');
  if (output !== undefined) {
    const path = resolve(output);
    await refuseLoss(path, form, bundle);
    await writeOutput(path, Buffer.from(written), 0o644);
  }
  if (input.json) {
    const where = output === undefined ? { content: written } : { file: resolve(output) };
    return terminal.json({ ...bundleJson(signed), as: form, ...where });
  }
  if (output === undefined) terminal.data(...written.trimEnd().split('\n'));
  terminal.say(`Trust bundle of ${bundle.name}, version ${bundle.version}, signed by ${signedBy}.`);
};

/** A bundle gives way to a later one of its organization alone, and nothing else to a bundle. */
async function refuseLoss(path: string, form: string, offered: TrustBundle): Promise<void> {
  const before = await readOutputIfAny(path);
  if (before === null || before.length === 0) return;
  const has = bundleIn(before);
  if (has === null) {
    if (form !== 'bundle') return;
    fail('trust_bundle_refused', `${path} holds something that is no trust bundle: name another file.`, {
      path,
    });
  }
  if (form !== 'bundle')
    fail('trust_bundle_refused', `${path} holds a signed trust bundle, of ${has.name}: name another file.`, {
      path,
    });
  if (has.organization !== offered.organization)
    fail(
      'trust_bundle_refused',
      `${path} holds the bundle of another organization, ${has.name}: name another file.`,
      {
        path,
      },
    );
  if (has.version > offered.version)
    fail(
      'trust_bundle_refused',
      `${path} holds version ${has.version} already, and the server has ${offered.version}.`,
      {
        path,
      },
    );
}

function bundleIn(bytes: Uint8Array): TrustBundle | null {
  try {
    return readSignedBundle(new TextDecoder().decode(bytes)).bundle;
  } catch {
    return null;
  }
}
