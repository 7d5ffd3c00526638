import { encodeSshsig, parseSshsig } from '@writ/openssh/sshsig';
import { asText, mustEqual, type FuzzTarget } from '../target.js';

/** What was accepted is written and read again as the same signature. */
export const sshsigArmor: FuzzTarget = {
  name: 'sshsig-armor',
  run: (input) => {
    const parsed = parseSshsig(asText(input));
    mustEqual('signature', parseSshsig(encodeSshsig(parsed)).signature, parsed.signature);
  },
};
