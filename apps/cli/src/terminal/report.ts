import { isCodedError } from '@writ/kernel';
import type { ProblemError } from '@writ/contract';
import { cliErrorStatus, systemReason, type CliErrorCode } from '../errors.js';
import { exitStatus, type ExitStatus } from '../exit-status.js';
import { problemExitStatus } from '../problem-exit-status.js';
import { bad, quiet } from './text.js';
import type { Terminal } from './terminal.js';

/** By name and not by class: most commands that fail never load the contract. */
function isProblemError(error: unknown): error is ProblemError {
  return error instanceof Error && error.name === 'ProblemError' && 'problem' in error;
}

/** Says what went wrong, as text or (with --json) as JSON, and answers with the exit status. */
export function report(terminal: Terminal, error: unknown, json: boolean): ExitStatus {
  if (isProblemError(error)) return reportProblem(terminal, error.problem, json);
  if (isCodedError(error)) {
    const status =
      error.code in cliErrorStatus ? cliErrorStatus[error.code as CliErrorCode] : exitStatus.failed;
    reportOwn(terminal, error.code, error.message, json, error.details);
    return status;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === 'ContractError') {
    reportOwn(terminal, 'answer_unexpected', message, json);
    return exitStatus.unreachable;
  }
  reportOwn(terminal, 'internal_error', `This is a mistake in writ: ${message}`, json);
  if (error instanceof Error && !json)
    terminal.say(
      ...(error.stack ?? '')
        .split('\n')
        .slice(1)
        .map((line) => [quiet(line)]),
    );
  return exitStatus.failed;
}

/**
 * Says that a command did its work and could not print what came of it, and answers with the exit status. Quietly where
 * nobody reads any more, as other tools do, unless something was lost that cannot be had again.
 */
export function reportLostOutput(
  terminal: Terminal,
  error: NodeJS.ErrnoException,
  json: boolean,
): ExitStatus {
  const advice = terminal.adviceIfLost === null ? '' : ` ${terminal.adviceIfLost}`;
  const closed = error.code === 'EPIPE';
  const reason = closed ? 'nobody reads it any more' : systemReason(error);
  if (!closed || advice !== '')
    reportOwn(terminal, 'file_unwritable', `Cannot write standard output: ${reason}.${advice}`, json);
  return closed ? exitStatus.outputClosed : exitStatus.failed;
}

function reportProblem(terminal: Terminal, problem: ProblemError['problem'], json: boolean): ExitStatus {
  if (json) terminal.jsonTalk(problem);
  else {
    const failures = problem.failures ?? [];
    const [first] = failures;
    // The sentence says the one failure already.
    const only =
      failures.length === 1 &&
      first !== undefined &&
      problem.detail.includes(first.message.replace(/\.$/, ''))
        ? `, ${first.rule}`
        : '';
    terminal.say([bad('writ:'), ` ${problem.detail} `, quiet(`[${problem.code}${only}]`)]);
    for (const failure of only === '' ? failures : [])
      terminal.say([`  - ${failure.message} `, quiet(`[${failure.rule}]`)]);
    if (problem.retryAfterSeconds !== undefined)
      terminal.say(`  Try again in ${problem.retryAfterSeconds} s.`);
    if (problem.status >= 500 && problem.requestId !== undefined)
      terminal.say(`  The server's log has more under request ${problem.requestId}.`);
  }
  return problemExitStatus[problem.code];
}

/** Ours have the shape of a problem document, without `status`: nothing went over HTTP. */
function reportOwn(
  terminal: Terminal,
  code: string,
  message: string,
  json: boolean,
  details: Readonly<Record<string, unknown>> = {},
): void {
  if (json)
    terminal.jsonTalk({
      type: `urn:writ:problem:${code}`,
      title: code.replaceAll('_', ' '),
      detail: message,
      code,
      details,
    });
  else terminal.say([bad('writ:'), ` ${message} `, quiet(`[${code}]`)]);
}
