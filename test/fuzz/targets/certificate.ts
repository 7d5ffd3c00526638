import {
  assembleCertificate,
  decodeCertificate,
  encodeTbs,
  verifyCertificate,
} from '@writ/openssh/certificate';
import { loadCorpus } from '../corpus.js';
import { Broken, mustEqual, type FuzzTarget } from '../target.js';

/** What was accepted is encoded as the same bytes; changed bytes never verify. */
export const certificate: FuzzTarget = {
  name: 'certificate',
  run: (input) => {
    const decoded = decodeCertificate(input);
    mustEqual('tbs', encodeTbs(decoded), decoded.tbs);
    mustEqual('certificate', assembleCertificate(decoded.tbs, decoded.signature), input);
    if (verifyCertificate(decoded) && !genuine().has(Buffer.from(input).toString('base64'))) {
      throw new Broken('a signature verifies over bytes that nobody signed');
    }
  },
};

let known: ReadonlySet<string> | null = null;

/** The saved certificates with real signatures. */
function genuine(): ReadonlySet<string> {
  known ??= new Set(
    loadCorpus('test/fuzz/corpus', certificate.name).map((input) => Buffer.from(input).toString('base64')),
  );
  return known;
}
