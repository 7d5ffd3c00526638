import { CodedError, isCodedError } from '@writ/kernel';
import { lint, type LintFinding } from '@writ/openssh/certificate';
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
      const [first] = error.details['findings'] as readonly LintFinding[];
      if (first === undefined) throw new Broken('refused without a finding');
      // The first broken rule tells inputs apart.
      throw new CodedError(first.code, first.message);
    }
  },
};
