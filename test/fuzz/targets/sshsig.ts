import { encodeSshsig, parseSshsig, verifySshsig } from '@writ/openssh/sshsig';
import { asText, Broken, type FuzzTarget } from '../target.js';

/** What was accepted is encoded as the same signature, and verifies for no message made up here. */
export const sshsig: FuzzTarget = {
  name: 'sshsig',
  run: (input) => {
    const armored = asText(input);
    const parsed = parseSshsig(armored);
    const again = parseSshsig(encodeSshsig(parsed));
    if (Buffer.compare(again.signature, parsed.signature) !== 0)
      throw new Broken('the signature reads back differently');
    verifySshsig({ armored, namespace: parsed.namespace, message: Buffer.from('a message nobody signed') });
    throw new Broken('a signature verifies for another message');
  },
};
