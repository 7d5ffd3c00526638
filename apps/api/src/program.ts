import { isCodedError } from '@writ/kernel';
import { commandsOf, type CommandEntry } from './commands/commands.js';
import { processTerminal } from './commands/terminal.js';
import { usage } from './commands/command-line.js';
import { readConfig } from './config/config.js';
import { noExtension, type Extension } from './extension.js';
import { exitStatusOf } from './exit-status.js';
import { withoutTokens } from './log.js';

const terminal = processTerminal();

async function run([name = '', ...words]: readonly string[], extension: Extension): Promise<void> {
  const commands: Readonly<Record<string, CommandEntry>> = commandsOf(extension);
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) throw usage(`this program runs ${Object.keys(commands).join(', ')}`);
  if (words.includes('--help') || words.includes('-h')) return terminal.print(entry.help);
  const command = await entry.load();
  const environment = { ...process.env };
  await command.run({ words, environment, configuration: readConfig(environment), terminal });
}

/** Ends the process with one line that says what to do; a fault of the program's own comes with its trace. */
function end(error: unknown): void {
  const known = isCodedError(error);
  const text = known
    ? `${error.message} [${error.code}]`
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
  terminal.say(`writ: ${withoutTokens(text)}`);
  process.exitCode = known ? exitStatusOf(error.code) : 1;
  endSoon();
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
  process.on('uncaughtException', (error) => {
    end(error);
    process.exit();
  });
  endWithParent();
  run(words, extension).then(() => endSoon(), end);
}
