import { canonicalCidrList } from '@writ/openssh/certificate';
import { asText, Broken, type FuzzTarget } from '../target.js';

/** A canonical list is its own canonical list. */
export const sourceAddress: FuzzTarget = {
  name: 'source-address',
  run: (input) => {
    const canonical = canonicalCidrList(asText(input).split(','));
    if (canonicalCidrList(canonical).join() !== canonical.join())
      throw new Broken('the canonical list has another one');
  },
};
