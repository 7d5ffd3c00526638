import { knownHostsCertAuthorityLine, parseKnownHostsCertAuthorityLine } from '@writ/openssh/trust';
import { Broken, type FuzzTarget } from '../target.js';

/** What was accepted is written as the same line. Lines are UTF-8, for comments may hold more than ASCII. */
export const knownHosts: FuzzTarget = {
  name: 'known-hosts',
  run: (input) => {
    const text = Buffer.from(input).toString('utf8');
    if (knownHostsCertAuthorityLine(parseKnownHostsCertAuthorityLine(text)) !== text) {
      throw new Broken('the line is written differently');
    }
  },
};
