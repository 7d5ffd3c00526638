import { isCodedError } from '@writ/kernel';
import { lint } from '@writ/openssh/certificate';
import { Broken, mustEqual, type FuzzTarget } from '../target.js';

const limits = { now: 1_767_225_600n, maxValidity: 28_800n, backdate: 60n };

/** The lint ends in a token for exactly these bytes, or in 'lint_failed' with findings, and in nothing else. */
export const lintTarget: FuzzTarget = {
  name: 'lint',
  run: (input) => {
    try {
      mustEqual('tbs', lint(input, limits).take(), input);
    } catch (error) {
      if (!isCodedError(error, 'lint_failed')) throw error;
      const findings = error.details['findings'];
      if (!Array.isArray(findings) || findings.length === 0) throw new Broken('refused without a finding');
      throw error;
    }
  },
};
