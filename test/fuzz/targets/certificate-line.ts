import { formatCertificateLine, parseCertificateLine } from '@writ/openssh/certificate';
import { asText, Broken, type FuzzTarget } from '../target.js';

/** What was accepted is written and read again as the same certificate and comment. */
export const certificateLine: FuzzTarget = {
  name: 'certificate-line',
  run: (input) => {
    const { certificate, comment } = parseCertificateLine(asText(input));
    const line = formatCertificateLine(certificate, comment);
    if (parseCertificateLine(line).comment !== comment) throw new Broken('the line reads back differently');
  },
};
