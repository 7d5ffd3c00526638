import { seconds } from '@writ/kernel';
import { describeCertificate } from '../../certificate/describe.js';
import { keyLineIn, readCertificateLine } from '../../certificate/read.js';
import { certificateReport } from '../../certificate/report.js';
import { readText } from '../../files/read.js';
import type { Run } from '../../run.js';

export const run: Run = async ({ terminal, clock }, input) => {
  const text = await readText(input.argument('file'));
  const report = certificateReport(readCertificateLine(keyLineIn(text)), seconds(clock));
  if (input.json) terminal.json(report);
  else terminal.data(...describeCertificate(report, clock()));
};
