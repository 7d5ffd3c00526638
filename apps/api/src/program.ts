import { isCodedError } from '@writ/kernel';
import { commandsOf, type CommandEntry } from './commands/commands.js';
import { processTerminal } from './commands/terminal.js';
import { usage } from './commands/command-line.js';
import { readConfig } from './config/config.js';
import { noExtension, type Extension } from './extension.js';
import { exitStatusOf } from './exit-status.js';
import { withoutTokens } from './log.js';

const terminal = processTerminal();

const exitStatuses = 'Exit statuses and error codes: docs/cli.md and docs/errors.md.\n';

async function run([name = '', ...words]: readonly string[], extension: Extension): Promise<void> {
  const commands: Readonly<Record<string, CommandEntry>> = commandsOf(extension);
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) throw usage(`this program runs ${Object.keys(commands).join(', ')}`);
  if (words.includes('--help') || words.includes('-h'))
    return terminal.print(`${entry.help}\n${exitStatuses}`);
  const command = await entry.load();
  const environment = { ...process.env };
  await command.run({ words, environment, configuration: readConfig(environment), terminal });
}

/**
 * Ends the process with one line that says what to do, as JSON where that was asked for; a fault of the program's own
 * comes with its trace.
 */
function end(error: unknown, json: boolean): void {
  const known = isCodedError(error);
  terminal.say(withoutTokens(json ? errorJson(error) : `writ: ${errorText(error)}`));
  process.exitCode = known ? exitStatusOf(error.code) : 1;
  endSoon();
}

function errorText(error: unknown): string {
  if (isCodedError(error)) return `${error.message} [${error.code}]`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The shape of every error of `writ`, without the `status` of HTTP: see docs/cli.md. */
function errorJson(error: unknown): string {
  const known = isCodedError(error);
  const code = known ? error.code : 'internal_error';
  return JSON.stringify({
    type: `urn:writ:problem:${code}`,
    title: code.replaceAll('_', ' '),
    detail: known ? error.message : errorText(error),
    code,
    details: known ? error.details : {},
  });
}

/** All is closed; a handle that somebody forgot must not keep the process. */
function endSoon(): void {
  setTimeout(() => process.exit(), 2_000).unref();
}

/** Whoever started us with a channel (`writ` does) is not outlived: that it is gone is as good as a SIGTERM. */
function endWithParent(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // Listening for that alone does not keep the process.
  process.channel?.unref();
}

/** Runs the command that the words name; the process ends as exit-status.ts says. */
export function runProgram(words: readonly string[], extension: Extension = noExtension): void {
  const json = words.includes('--json');
  process.on('uncaughtException', (error) => {
    end(error, json);
    process.exit();
  });
  endWithParent();
  run(words, extension).then(
    () => endSoon(),
    (error: unknown) => end(error, json),
  );
}
