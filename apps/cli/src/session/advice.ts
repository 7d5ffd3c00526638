import { ProblemError, type ProblemCode } from '@writ/contract';

/** The service's refusal with a sentence more of what to do, where it has this code; any other error as it is. */
export function advised(error: unknown, code: ProblemCode, advice: string): unknown {
  return isProblem(error, code)
    ? new ProblemError({ ...error.problem, detail: `${error.problem.detail} ${advice}` })
    : error;
}

/** The service's refusal in other words, where it has this code and its own words are these; any other error as it is. */
export function reworded(error: unknown, code: ProblemCode, words: string, better: string): unknown {
  return isProblem(error, code) && error.problem.detail === words
    ? new ProblemError({ ...error.problem, detail: better })
    : error;
}

function isProblem(error: unknown, code: ProblemCode): error is ProblemError {
  return error instanceof ProblemError && error.problem.code === code;
}
