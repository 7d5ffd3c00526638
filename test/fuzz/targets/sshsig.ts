import { decodeSshsig, encodeSshsig, parseSshsig, verifySshsig } from '@writ/openssh/sshsig';
import { Broken, mustEqual, type FuzzTarget } from '../target.js';

/** What was accepted is encoded as the same signature, and verifies for no message made up here. */
export const sshsig: FuzzTarget = {
  name: 'sshsig',
  run: (input) => {
    const decoded = decodeSshsig(input);
    const armored = encodeSshsig(decoded);
    mustEqual('signature', parseSshsig(armored).signature, decoded.signature);
    mustEqual('all of it', Buffer.from(armored.replace(/-----.*-----/g, ''), 'base64'), input);
    verifySshsig({ armored, namespace: decoded.namespace, message: Buffer.from('a message nobody signed') });
    throw new Broken('a signature verifies for another message');
  },
};
