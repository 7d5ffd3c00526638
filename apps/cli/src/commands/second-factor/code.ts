import { ProblemError } from '@writ/contract';
import type { Input } from '../../input.js';
import type { Surroundings } from '../../run.js';
import { secret } from '../../terminal/secret.js';

/** A code of the second factor, from `--code-file`, `--code-fd`, WRIT_CODE or a question. Rejects as `secret` does. */
export function secondFactorCode(
  surroundings: Surroundings,
  input: Input,
  question = 'Code of your second factor',
) {
  return secret(surroundings, input, {
    ...{ what: "second factor's code", option: 'code', variable: 'WRIT_CODE', question },
  });
}

/** Whether somebody is asked for it, so that they can be asked again. */
export function codeIsAsked({ environment, terminal }: Surroundings, input: Input): boolean {
  const given = input.option('code-file') ?? input.option('code-fd') ?? environment['WRIT_CODE'] ?? '';
  return given === '' && terminal.canAsk;
}

/** Does what may take a code: without one first, for only the service knows whether the account has a second factor. */
export async function withCode<T>(
  surroundings: Surroundings,
  input: Input,
  work: (code: { readonly code?: string }) => Promise<T>,
): Promise<T> {
  try {
    return await work({});
  } catch (error) {
    if (!(error instanceof ProblemError && error.problem.code === 'code_required')) throw error;
  }
  const code = await secondFactorCode(surroundings, input, 'Code of your second factor, or a recovery code');
  return work({ code });
}
